import semver from 'semver';
import { keyOf, type Locked } from './lock.ts';
import type { Project } from './project.ts';
import { semverOf } from './version.ts';

export interface Outdated {
  readonly kind: string;
  readonly name: string;
  readonly locked: string;
  /** What an update would take. */
  readonly inRange: string;
  /** The newest release there is, whoever asks for what. */
  readonly newest: string;
}

/** What has a newer version than the lock, in the order of names. */
export const outdated = async (project: Project): Promise<readonly Outdated[]> => {
  const before = project.lock();
  if (!before) return [];
  const requirements = project.requirements();
  const { lock: updated } = await project.settle(requirements, { update: 'all' });
  const rows = await Promise.all(
    [...before.packages.values()].map(async (locked): Promise<Outdated | undefined> => {
      const inRange = updated.packages.get(keyOf(locked)) ?? locked;
      const newest = await newestOf(project, locked);
      const moved = inRange.integrity !== locked.integrity;
      if (!moved && (newest === undefined || !isNewer(newest, locked.version))) return undefined;
      // A branch that has moved on is told by its commit.
      const named = (each: Locked): string =>
        moved && inRange.version === locked.version ? each.integrity.replace('sha256:', '') : each.version;
      const { kind, name } = locked;
      return { kind, name, locked: named(locked), inRange: named(inRange), newest: newest ?? named(inRange) };
    }),
  );
  return rows.filter((row) => row !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
};

const newestOf = async (project: Project, locked: Locked): Promise<string | undefined> => {
  const offers = await project.offers(locked);
  const releases = offers.filter((each) => each.semver !== null && semver.prerelease(each.semver) === null);
  releases.sort((a, b) => semver.rcompare(a.semver as string, b.semver as string));
  return releases[0]?.version;
};

const isNewer = (version: string, than: string): boolean => {
  const [one, other] = [semverOf(version), semverOf(than)];
  return one !== null && other !== null && semver.gt(one, other);
};
