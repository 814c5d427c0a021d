import { UserError } from '../util/diagnostic.ts';
import { reached } from './coverage.ts';
import { folderOf, readOrigin } from './install.ts';
import { isName } from './locate.ts';
import { emptyLock, type Locked } from './lock.ts';
import type { Project } from './project.ts';
import { changedFiles } from './tree.ts';

export interface Finding {
  readonly name: string;
  /** A sentence; undefined where all is well. */
  readonly problem: string | undefined;
}

/**
 * Compares every installed folder with what the lock names: that is taken from the cache, which is held against its hash, or
 * brought anew. What a folder says of itself counts for nothing. `signed` throws a UserError for what has no signature that is
 * trusted.
 */
export const verify = async (
  project: Project,
  signed?: (locked: Locked) => Promise<void>,
): Promise<readonly Finding[]> => {
  const requirements = project.requirements();
  const lock = project.lock() ?? emptyLock;
  const own = reached(requirements, lock);
  // What only plays name is played from the cache, and nowhere installed.
  const packages = [...('packages' in own ? own : lock).packages.values()].filter(({ kind, name }) =>
    isName(kind, name),
  );
  return Promise.all(
    packages.map(async (locked): Promise<Finding> => {
      const { name, version } = locked;
      const folder = folderOf(locked, project.places);
      const origin = readOrigin(folder);
      if (!origin) return { name, problem: 'is not installed' };
      if (origin.integrity !== locked.integrity)
        return { name, problem: `is ${origin.version}, and the lock says ${version}` };
      const cached = await project.bringWhole(locked, requirements);
      const files = await changedFiles(folder, cached.folder);
      if (files.length === 0) return { name, problem: await unsigned(locked, signed) };
      const more = files.length > 5 ? ` and ${files.length - 5} more` : '';
      return { name, problem: `was changed since it was installed: ${files.slice(0, 5).join(', ')}${more}` };
    }),
  );
};

const unsigned = async (
  locked: Locked,
  signed: ((locked: Locked) => Promise<void>) | undefined,
): Promise<string | undefined> => {
  if (!signed) return undefined;
  if (locked.source !== 'oci') return 'is not from a registry, so it has no signature';
  try {
    await signed(locked);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
};
