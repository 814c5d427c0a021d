import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type Cgroups, cgroupsOfThisMachine, makeCgroup } from './cgroup.ts';
import { withLock } from './lock.ts';
import type { LabPlace } from './state.ts';

/** Held while a lab changes what all labs of this machine share: address ranges and the kernel's limits. */
export const machineLock = '/run/k8s-bm-lab.lock';

/** A limit of the kernel's that many hosts need higher than Debian has it: each systemd takes five inotify instances. */
const limit = { file: '/proc/sys/fs/inotify/max_user_instances', atLeast: 8192 };
const saved = '/run/k8s-bm-lab.inotify';

/**
 * Raises what the lab's hosts need; what it was is kept until the last lab goes. The lab's cgroup, made here, is the sign that it
 * is there. The caller holds the machine's lock.
 */
export const raiseLimits = async (place: LabPlace): Promise<void> => {
  await makeCgroup(await cgroupsOfThisMachine(), place.tag);
  const now = (await readFile(limit.file, 'utf8')).trim();
  if (Number(now) >= limit.atLeast) return;
  await writeFile(saved, now);
  await writeFile(limit.file, String(limit.atLeast));
};

/** Puts the limits back once no lab is left. */
export const restoreLimits = ({ hierarchies }: Cgroups): Promise<void> =>
  withLock(machineLock, async () => {
    const groups = await Promise.all(hierarchies.map((hierarchy) => readdir(hierarchy)));
    if (groups.flat().some((group) => group.startsWith('kb-')) || !existsSync(saved)) return;
    await writeFile(limit.file, await readFile(saved, 'utf8'));
    await rm(saved);
  });
