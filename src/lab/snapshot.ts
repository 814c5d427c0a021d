import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import { type BootOptions, boot } from './boot.ts';
import { isOn, powerOff, shutDown } from './host.ts';
import { withLock } from './lock.ts';
import { inParallel } from './parallel.ts';
import type { HostRecord } from './state.ts';
import { tool } from './tool.ts';
import type { Lab } from './up.ts';

/**
 * Copies the disks of all hosts, which are shut down for it and powered on again: by reflink where the file system can. A
 * snapshot has its name only once it is whole; one of the same name is replaced.
 */
export const snapshot = async (lab: Lab, name: string, options: BootOptions = {}): Promise<void> => {
  const folder = snapshotFolder(lab, name);
  await withLock(lab.place.lock, async () => {
    const on = await hostsOn(lab);
    await inParallel(lab.record.hosts, 8, (host) => shutDown(lab.place, host, 6000));
    const half = `${folder}.half`;
    await rm(half, { recursive: true, force: true });
    await inParallel(lab.record.hosts, 4, (host) => copyDisks(lab.place.host(host.name).folder, join(half, host.name)));
    await rm(folder, { recursive: true, force: true });
    await rename(half, folder);
    await boot(lab.place, lab.record, on, options);
  });
};

/** Puts back the disks of a snapshot and powers all hosts on. Throws UserError for a snapshot that is not there. */
export const restore = async (lab: Lab, name: string, options: BootOptions = {}): Promise<void> => {
  const folder = snapshotFolder(lab, name);
  if (!existsSync(folder)) {
    const others = await snapshotNames(lab);
    throw new UserError({
      severity: 'error',
      message: `lab '${lab.record.name}' has no snapshot '${name}'`,
      hint: others.length > 0 ? `it has ${others.join(', ')}` : 'take one: k8s-bm lab snapshot NAME',
    });
  }
  await withLock(lab.place.lock, async () => {
    await inParallel(lab.record.hosts, 8, async (host) => {
      await powerOff(lab.place, host);
      await putBack(join(folder, host.name), lab.place.host(host.name).folder);
    });
    await boot(lab.place, lab.record, lab.record.hosts, options);
  });
};

export const snapshotNames = async (lab: Lab): Promise<string[]> => {
  const names = await readdir(join(lab.place.folder, 'snapshots')).catch(() => []);
  return names.filter((name) => !name.endsWith('.half')).sort();
};

const snapshotFolder = (lab: Lab, name: string): string => {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) return join(lab.place.folder, 'snapshots', name);
  throw new UserError({
    severity: 'error',
    message: `'${name}' cannot be a snapshot's name`,
    hint: 'take letters, digits, - and _',
  });
};

/** All that a host has on disk; the rest of its folder belongs to the running host. */
const disksOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((entry) => !['merged', 'work', 'console', 'pid'].includes(entry));

const copyDisks = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true });
  const disks = (await disksOf(from)).map((entry) => join(from, entry));
  if (disks.length > 0) await tool('cp', ['-a', '--reflink=auto', '--sparse=auto', '--', ...disks, to]);
};

/** The snapshot's disks are copied beside the host's before these go, so that a full disk costs nothing. */
const putBack = async (from: string, to: string): Promise<void> => {
  const fresh = join(to, 'work', 'restored');
  await rm(join(to, 'work'), { recursive: true, force: true });
  await copyDisks(from, fresh);
  for (const entry of await disksOf(to)) await rm(join(to, entry), { recursive: true, force: true });
  for (const entry of await readdir(fresh)) await rename(join(fresh, entry), join(to, entry));
  await rm(fresh, { recursive: true });
};

const hostsOn = async ({ place, record }: Lab): Promise<HostRecord[]> => {
  const on: HostRecord[] = [];
  for (const host of record.hosts) if (await isOn(place, host)) on.push(host);
  return on;
};
