import { readdir, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupsOfThisMachine, removeCgroup } from './cgroup.ts';
import { restoreLimits } from './limits.ts';
import { removeNetwork } from './network.ts';
import { killAll } from './process.ts';
import type { LabPlace } from './state.ts';
import { ask } from './tool.ts';

/**
 * Removes all of a lab, whole or half-made, by what bears its name: processes, links, namespaces, rules, cgroups, mounts,
 * folders. It can be repeated, and needs no record of what was made. The caller holds the lab's lock.
 */
export const removeLab = async (place: LabPlace): Promise<void> => {
  await killAll(place);
  await removeNetwork(place);
  await removeMounts(place.folder);
  const cgroups = await cgroupsOfThisMachine();
  // The kernel takes a moment to see that a cgroup's last process is gone.
  for (let tries = 0; !(await removeCgroup(cgroups, place.tag)) && tries < 40; tries++) await sleep(50);
  await rm(place.folder, { recursive: true, force: true });
  await removeNspawnTraces(place);
  await restoreLimits(cgroups);
};

/** Hosts mount in namespaces of their own, so there is nothing here, unless somebody mounted by hand. */
const removeMounts = async (folder: string): Promise<void> => {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '');
  for (const at of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) await ask('umount', ['-l', at]);
};

/** systemd-nspawn leaves a folder and a lock file per machine name when it is killed. */
const removeNspawnTraces = async (place: LabPlace): Promise<void> => {
  for (const folder of ['propagate', 'unix-export', 'locks'].map((name) => `/run/systemd/nspawn/${name}`))
    for (const name of await readdir(folder).catch(() => []))
      if (name.includes(`${place.tag}-`)) await rm(`${folder}/${name}`, { recursive: true, force: true });
};
