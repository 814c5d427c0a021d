import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupsOfThisMachine, removeCgroup } from './cgroup.ts';
import { container } from './container.ts';
import type { HostKind } from './host-kind.ts';
import { disconnectHost } from './network.ts';
import { killAll, launch, membersOf, signal } from './process.ts';
import type { HostRecord, LabPlace, LabRecord } from './state.ts';
import { virtualMachine } from './vm/virtual-machine.ts';

/** What each kind of host is made by. */
const kinds: Record<HostRecord['kind'], HostKind> = { container, vm: virtualMachine };

/** Connects the host and powers it on. Returns its process as soon as it begins to boot, before it answers. */
export const powerOn = async (place: LabPlace, lab: LabRecord, host: HostRecord): Promise<number> => {
  const own = place.host(host.name);
  await disconnectHost(place, host);
  const kind = kinds[host.kind];
  await kind.connect(place, lab.network, host);
  const { argv, env } = await kind.command(place, lab, host);
  const pid = await launch(place, host.name, argv, { log: own.console, env });
  await writeFile(join(own.folder, 'pid'), `${pid}\n`);
  return pid;
};

/** Power off, hard: every process of the host ends at once, its link goes. What it wrote stays. */
export const powerOff = async (place: LabPlace, host: HostRecord): Promise<void> => {
  await killAll(place, host.name);
  await disconnectHost(place, host);
  await removeCgroup(await cgroupsOfThisMachine(), place.host(host.name).cgroup);
};

/** Asks the host's init to halt, as a power button does; hard after `patienceMs`. */
export const shutDown = async (
  place: LabPlace,
  host: HostRecord,
  patienceMs = host.kind === 'vm' ? 60_000 : 15_000,
): Promise<void> => {
  const pid = Number(await readFile(join(place.host(host.name).folder, 'pid'), 'utf8').catch(() => ''));
  const own = await membersOf(place, host.name);
  if (pid && own.includes(pid) && signal(pid, 'SIGTERM')) {
    const end = Date.now() + patienceMs;
    while (Date.now() < end && existsSync(`/proc/${pid}`)) await sleep(50);
  }
  await powerOff(place, host);
};

export const isOn = async (place: LabPlace, host: HostRecord): Promise<boolean> =>
  (await membersOf(place, host.name)).length > 0;

/** Waits until the host's SSH server greets. Says what happened instead: its process `pid` ended, or `patienceMs` did. */
export const waitForSsh = async (
  host: HostRecord,
  pid: number,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<'answers' | 'ended' | 'silent'> => {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    signal?.throwIfAborted();
    if (await greets(host.address)) return 'answers';
    if (!existsSync(`/proc/${pid}`)) return 'ended';
    await sleep(100);
  }
  return 'silent';
};

const greets = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port: 22 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('data', (bytes) => done(bytes.toString('latin1').startsWith('SSH-2.0')));
  });
