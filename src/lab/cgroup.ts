import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../util/diagnostic.ts';

/** How this machine has its cgroups: `v2` is one tree; `v1` is one per controller, perhaps with a v2 tree beside them. */
export interface Cgroups {
  readonly version: 'v1' | 'v2';
  /** The mounts that a process of the lab must be put into. */
  readonly hierarchies: readonly string[];
}

/** Reads /proc/self/mountinfo (proc(5)). Throws UserError when there is none. */
export const findCgroups = (mountinfo: string, isThere: (folder: string) => boolean = () => true): Cgroups => {
  const mounts = mountinfo
    .split('\n')
    .map((line) => ({ at: line.split(' ')[4] ?? '', type: line.split(' - ')[1]?.split(' ')[0] ?? '' }))
    .filter(({ at, type }) => at.startsWith('/sys/fs/cgroup') && type.startsWith('cgroup') && isThere(at));
  const whole = mounts.find(({ at, type }) => at === '/sys/fs/cgroup' && type === 'cgroup2');
  if (whole) return { version: 'v2', hierarchies: [whole.at] };
  if (mounts.length === 0)
    throw new UserError({
      severity: 'error',
      message: 'no cgroup file system is mounted at /sys/fs/cgroup',
      hint: 'mount it, or use a machine that has it',
    });
  return { version: 'v1', hierarchies: [...new Set(mounts.map(({ at }) => at))] };
};

/** The same of this machine. A hierarchy that another mount lies on, where no process could be put into it, does not count. */
export const cgroupsOfThisMachine = async (): Promise<Cgroups> =>
  findCgroups(await readFile('/proc/self/mountinfo', 'utf8'), (folder) => existsSync(join(folder, 'cgroup.procs')));

/** Makes `group` (`kb-lab/n1`) in every hierarchy; the folders, for a process that is to enter them. */
export const makeCgroup = async ({ version, hierarchies }: Cgroups, group: string): Promise<string[]> => {
  for (const hierarchy of hierarchies) {
    let folder = hierarchy;
    for (const part of group.split('/')) {
      if (version === 'v2') await delegate(folder);
      const parent = folder;
      folder = join(folder, part);
      await mkdir(folder, { recursive: true });
      await copyDown(parent, folder);
    }
  }
  return hierarchies.map((hierarchy) => join(hierarchy, group));
};

/** Removes `group` and all below it, as far as no process is in them. Says whether nothing is left. */
export const removeCgroup = async ({ hierarchies }: Cgroups, group: string): Promise<boolean> => {
  for (const hierarchy of hierarchies) await removeTree(join(hierarchy, group));
  return hierarchies.every((hierarchy) => !existsSync(join(hierarchy, group)));
};

/** In v2 a child has the controllers that its parent's `cgroup.subtree_control` names. */
const delegate = async (folder: string): Promise<void> => {
  const wanted = ['cpu', 'cpuset', 'memory', 'pids', 'io', 'hugetlb'];
  const has = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim().split(' ');
  for (const controller of wanted.filter((name) => has.includes(name)))
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => {});
};

/** A new v1 cpuset is empty, and no process may enter it before it has processors and memory nodes. */
const copyDown = async (parent: string, child: string): Promise<void> => {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const own = join(child, file);
    if (!existsSync(join(child, 'cpuset.sched_load_balance')) || (await readFile(own, 'utf8')).trim()) continue;
    await writeFile(own, await readFile(join(parent, file), 'utf8'));
  }
};

const removeTree = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch(() => {});
};
