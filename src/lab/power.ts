import { existsSync } from 'node:fs';
import { UserError } from '../util/diagnostic.ts';
import { boot } from './boot.ts';
import { removeLab } from './clean.ts';
import { isOn, powerOff } from './host.ts';
import { machineLock, raiseLimits } from './limits.ts';
import { withLock } from './lock.ts';
import { raiseNetwork } from './network.ts';
import { type HostRecord, type LabHome, labPlace, linkOf } from './state.ts';
import { tool } from './tool.ts';
import type { Lab, UpOptions } from './up.ts';

/** Removes a lab, whole or half-made; none of that name is fine. */
export const down = async (home: LabHome, name: string): Promise<void> => {
  const place = labPlace(home, name);
  await withLock(place.lock, () => removeLab(place), { remove: true });
};

/** Takes a host's link down: nobody reaches it, it reaches nobody, and it goes on running. */
export const cut = async (lab: Lab, names: readonly string[]): Promise<void> => setLinks(lab, names, 'down');

export const uncut = async (lab: Lab, names: readonly string[]): Promise<void> => setLinks(lab, names, 'up');

/** Power off, hard, as when a plug is pulled. */
export const kill = async (lab: Lab, names: readonly string[]): Promise<void> => {
  const hosts = pick(lab, names);
  await withLock(lab.place.lock, () => Promise.all(hosts.map((host) => powerOff(lab.place, host))));
};

/**
 * Powers on what is off (all of the lab when no name is given) and waits until it answers; disks are as they were left. After
 * this machine was restarted, the bridge and the services come back with them.
 */
export const start = async (
  lab: Lab,
  names: readonly string[],
  options: Pick<UpOptions, 'services' | 'signal' | 'onProgress'> = {},
): Promise<void> => {
  const { place, record } = lab;
  const hosts = names.length > 0 ? pick(lab, names) : record.hosts;
  await withLock(place.lock, async () => {
    await withLock(machineLock, async () => {
      await raiseLimits(place);
      if (!existsSync(`/sys/class/net/${record.network.bridge}`)) await raiseNetwork(place, record.network);
    });
    for (const service of options.services ?? []) await service.start(place, record.network, options);
    const off: HostRecord[] = [];
    for (const host of hosts) if (!(await isOn(place, host))) off.push(host);
    await boot(place, record, off, options);
  });
};

/** The hosts of those names. Throws UserError for a name that the lab has not. */
export const pick = ({ record }: Lab, names: readonly string[]): HostRecord[] =>
  names.map((name) => {
    const host = record.hosts.find((one) => one.name === name);
    if (host) return host;
    throw new UserError({
      severity: 'error',
      message: `lab '${record.name}' has no host '${name}'`,
      hint: `it has ${record.hosts.map((one) => one.name).join(', ')}`,
    });
  });

const setLinks = async (lab: Lab, names: readonly string[], state: 'up' | 'down'): Promise<void> => {
  for (const host of pick(lab, names)) await tool('ip', ['link', 'set', linkOf(lab.place, host.index), state]);
};
