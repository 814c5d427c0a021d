import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupsOfThisMachine, makeCgroup } from './cgroup.ts';
import type { LabPlace } from './state.ts';

/**
 * Starts a program that outlives us, in the lab's cgroup `group` (a host's name, or a service's), its output in `log`.
 * It enters the cgroup before it becomes the program, so that `lab down` finds it and all its children. Returns its pid.
 */
export const launch = async (
  place: LabPlace,
  group: string,
  argv: readonly string[],
  options: { readonly log: string; readonly env?: Readonly<Record<string, string>> | undefined },
): Promise<number> => {
  const folders = await makeCgroup(await cgroupsOfThisMachine(), `${place.tag}/${group}`);
  const log = openSync(options.log, 'a');
  try {
    const enter = 'for group in $1; do echo $$ > "$group/cgroup.procs"; done; shift 2; exec "$@"';
    const child = spawn('sh', ['-ec', enter, launcher, folders.join(' '), place.folder, ...argv], {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: { ...process.env, ...options.env },
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    return child.pid as number;
  } finally {
    closeSync(log);
  }
};

const launcher = 'k8s-bm-lab';

/** Processes of the lab, or of one of its groups: all in its cgroups, and those of `launch` that have yet to enter one. */
export const processesOf = async (place: LabPlace, group?: string): Promise<number[]> => {
  const wanted = group === undefined ? place.tag : `${place.tag}/${group}`;
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [cgroups, command] = await Promise.all([read(`/proc/${entry}/cgroup`), read(`/proc/${entry}/cmdline`)]);
    const inside = cgroups
      .split('\n')
      .some((line) => `${line.split(':').slice(2).join(':')}/`.startsWith(`/${wanted}/`));
    const [, , , name, groups, folder] = command.split('\0');
    const entering =
      name === launcher &&
      folder === place.folder &&
      groups?.split(' ').some((path) => `${path}/`.includes(`/${wanted}/`));
    if (inside || entering) found.push(Number(entry));
  }
  return found;
};

/**
 * Processes in a group's cgroup, read from the cgroup itself: quick where there are many hosts. Misses only what `launch` has
 * started and has not entered yet, which `processesOf` finds by looking at every process of this machine.
 */
export const membersOf = async (place: LabPlace, group: string): Promise<number[]> => {
  const { hierarchies } = await cgroupsOfThisMachine();
  return hierarchies[0] ? membersIn(join(hierarchies[0], place.tag, group)) : [];
};

const membersIn = async (folder: string): Promise<number[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => membersIn(join(folder, name)));
  const own = (await read(join(folder, 'cgroup.procs'))).split('\n').filter(Boolean).map(Number);
  return [...own, ...(await Promise.all(inner)).flat()];
};

/** Ends them with SIGKILL and waits until they are gone. Throws when some still are after 30 s. */
export const killAll = async (place: LabPlace, group?: string): Promise<void> => {
  const end = Date.now() + 30_000;
  for (;;) {
    const pids = await processesOf(place, group);
    if (pids.length === 0) return;
    for (const pid of pids) signal(pid, 'SIGKILL');
    if (Date.now() > end) throw new Error(`processes ${pids.join(', ')} of lab ${place.name} do not end`);
    await sleep(50);
  }
};

/** Whether it was there to be signalled. */
export const signal = (pid: number, name: NodeJS.Signals): boolean => {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
};

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
