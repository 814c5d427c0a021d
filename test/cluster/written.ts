import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { TestHost } from '../lab-hosts.ts';

/** What lies on a host's disk, its own parts of /var/lib included: what each path is, whose, how large, and since when. */
export type Disk = ReadonlyMap<string, string>;

/** Reads the disk from this machine, so that reading leaves nothing on the host: no login, no access time. */
export const diskOf = async (host: TestHost): Promise<Disk> => {
  const trees = [
    [host.upper, ''],
    ...['containerd', 'docker', 'kubelet'].map((name) => [join(host.bound, name), `/var/lib/${name}`]),
  ] as const;
  const disk = new Map<string, string>();
  for (const [folder, inside] of trees) {
    const format = '%P\\t%y %m %U:%G %s %T@ %i %l %C@\\0';
    // What goes while it is read is no failure: find says so, and the second reading tells.
    const { stdout } = await execa('find', [folder, '-printf', format], { reject: false, maxBuffer: 2 ** 28 });
    for (const line of stdout.split('\0')) {
      const [path, what] = line.split('\t');
      // A folder's last change is left out: an overlay marks folders that it merges when they are first read.
      if (what !== undefined) disk.set(`${inside}/${path}`, what.startsWith('d') ? what.replace(/ \S+$/, '') : what);
    }
  }
  return disk;
};

/** As `diskOf`, once nothing is written any more: what a deploy has run and removed is cleared away a while after it. */
export const quietDiskOf = async (host: TestHost): Promise<Disk> => {
  for (let tries = 60, before = await diskOf(host); ; tries--) {
    await delay(3000);
    const now = await diskOf(host);
    const written = writtenBetween(before, now);
    if (written.length === 0) return now;
    if (tries === 0) throw new Error(`${host.name} is never quiet: ${written.slice(0, 20).join(', ')}`);
    before = now;
  }
};

/** The paths that were made, written, or removed between two readings, but for those that are written all the time. */
export const writtenBetween = (before: Disk, after: Disk): string[] => {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.filter((path) => before.get(path) !== after.get(path) && !live.some((each) => each.test(path)));
};

/** `live-paths`: a pattern a line (`*` within a name, `**` across folders), its reason above it. */
const live = readFileSync(join(import.meta.dirname, 'live-paths'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((pattern) => {
    const parts = pattern.split(/(\*\*|\*)/).map((part) => {
      if (part === '**') return '.*';
      return part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
    });
    return new RegExp(`^${parts.join('')}$`);
  });
