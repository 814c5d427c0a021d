import { readFileSync } from 'node:fs';
import { access, lstat, mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import type { Cached } from './cache.ts';
import { isName } from './locate.ts';
import { keyOf, type Locked } from './lock.ts';
import { newFolder } from './new-folder.ts';
import type { Kind } from './source.ts';
import { hashTree, originFile } from './tree.ts';

/** Where a project's roles and collections are installed. */
export interface Places {
  readonly roles: string;
  /** Holds `ansible_collections/`. */
  readonly collections: string;
}

/** What an installed folder says of itself. */
export interface Origin {
  readonly kind: Kind;
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly subfolder?: string | undefined;
  /** The hash of its content as it was installed. */
  readonly tree: string;
}

export interface Change {
  readonly kind: Kind;
  readonly name: string;
  readonly what: 'added' | 'changed' | 'removed' | 'kept';
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface InstallOptions {
  readonly places: Places;
  /** Brings what is to be installed; asked only for what is not there yet. */
  readonly bring: (locked: Locked) => Promise<Cached>;
  /** What was installed and is wanted no more may be removed when this says so. */
  readonly stale: (origin: Origin) => boolean;
  /** Replaces what is not ours, or was changed. */
  readonly force: boolean;
}

/** Throws for a name that could lead elsewhere. */
export const folderOf = ({ kind, name }: { readonly kind: Kind; readonly name: string }, places: Places): string => {
  if (!isName(kind, name)) throw new Error(`${name} can't be the name of a folder`);
  return kind === 'role'
    ? join(places.roles, name)
    : join(places.collections, 'ansible_collections', ...name.split('.'));
};

/**
 * Makes the installed folders what the lock says. Only folders that were installed by this and not changed since are replaced
 * or removed; for any other, nothing at all is touched and a UserError names them. Each folder changes as a whole.
 */
export const install = async (
  packages: readonly Locked[],
  { places, bring, stale, force }: InstallOptions,
): Promise<readonly Change[]> => {
  const there = await Promise.all(
    packages.map(async (locked) => {
      const folder = folderOf(locked, places);
      const origin = readOrigin(folder);
      const changed = force && origin !== undefined && !(await isUnchanged(folder, origin));
      return { locked, origin, changed };
    }),
  );
  const isNew = ({ locked, origin, changed }: (typeof there)[number]): boolean =>
    !origin || changed || !isSame(locked, origin);
  const kept = new Set(packages.map(keyOf));
  const gone = (await installed(places)).filter((origin) => !kept.has(keyOf(origin)) && stale(origin));
  const touched = [...there.filter(isNew).map(({ locked }) => locked), ...gone];
  if (!force) {
    const problems = await Promise.all(touched.map((each) => inTheWay(folderOf(each, places))));
    const found = problems.filter((problem) => problem !== undefined);
    if (found.length > 0) throw new UserError(found);
  }
  const changes = await Promise.all(
    there.map(async (each): Promise<Change> => {
      const { locked, origin } = each;
      const { kind, name, version } = locked;
      if (!isNew(each)) return { kind, name, what: 'kept', to: version };
      await put(folderOf(locked, places), locked, await bring(locked));
      return { kind, name, what: origin ? 'changed' : 'added', from: origin?.version, to: version };
    }),
  );
  const removed = gone.map(async ({ kind, name, version }): Promise<Change> => {
    await remove(folderOf({ kind, name }, places));
    return { kind, name, what: 'removed', from: version };
  });
  return [...changes, ...(await Promise.all(removed))];
};

/** What was installed in these places, by what the folders say of themselves. */
export const installed = async (places: Places): Promise<readonly Origin[]> => {
  const names = async (folder: string): Promise<readonly string[]> =>
    (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));
  const roles = (await names(places.roles)).map((name) => ({ kind: 'role' as const, name }));
  const top = join(places.collections, 'ansible_collections');
  const collections = await Promise.all(
    (await names(top)).map(async (namespace) =>
      (await names(join(top, namespace))).map((name) => ({
        kind: 'collection' as const,
        name: `${namespace}.${name}`,
      })),
    ),
  );
  const all = [...roles, ...collections.flat()].filter(({ kind, name }) => isName(kind, name));
  return all.flatMap((each) => {
    const origin = readOrigin(folderOf(each, places));
    // A copy under another name is its maker's own.
    return origin?.name === each.name && origin.kind === each.kind ? [origin] : [];
  });
};

/** Undefined where nothing is, or what is there was not installed by this. */
export const readOrigin = (folder: string): Origin | undefined => {
  try {
    const read = JSON.parse(readFileSync(join(folder, originFile), 'utf8')) as Partial<Origin> | null;
    return typeof read?.integrity === 'string' && typeof read.tree === 'string' ? (read as Origin) : undefined;
  } catch {
    return undefined;
  }
};

/** Whether an installed folder is still as it was installed. */
export const isUnchanged = async (folder: string, origin: Origin): Promise<boolean> =>
  (await hashTree(folder).catch(() => undefined)) === origin.tree;

const isSame = (locked: Locked, origin: Origin): boolean =>
  origin.integrity === locked.integrity &&
  (origin.subfolder ?? '') === (locked.subfolder ?? '') &&
  origin.version === locked.version;

const inTheWay = async (folder: string): Promise<Diagnostic | undefined> => {
  const stat = await lstat(folder).catch(() => undefined);
  if (!stat) return undefined;
  const origin = stat.isDirectory() ? readOrigin(folder) : undefined;
  if (origin && (await isUnchanged(folder, origin))) return undefined;
  const byGalaxy = await access(join(folder, 'meta/.galaxy_install_info')).then(
    () => true,
    () => false,
  );
  const who = byGalaxy ? 'was installed by ansible-galaxy' : 'was not installed by k8s-bm';
  return {
    severity: 'error',
    message: `${folder} ${origin ? 'was changed since it was installed' : who}, so it is left as it is`,
    hint: 'move it away, or add --force',
  };
};

/** Beside its place first, then renamed. */
const put = async (folder: string, locked: Locked, cached: Cached): Promise<void> => {
  const fresh = await besides(folder);
  try {
    const content = join(fresh, 'content');
    await mkdir(content);
    const tree = await hashTree(cached.folder, content);
    if (tree !== cached.tree) throw new ChangedInCache(cached);
    const { kind, name, version, integrity, subfolder } = locked;
    const origin: Origin = { kind, name, version, integrity, ...(subfolder && { subfolder }), tree };
    await writeFile(join(content, originFile), `${JSON.stringify(origin, null, 2)}\n`);
    await rename(folder, join(fresh, 'old')).catch(ignoreMissing);
    try {
      await rename(content, folder);
    } catch (error) {
      // Another run was quicker; what it put there is as good if it is the same.
      const other = readOrigin(folder);
      if (!other || !isSame(locked, other)) throw error;
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rmdir(dirname(fresh)).catch(() => {});
  }
};

const remove = async (folder: string): Promise<void> => {
  const fresh = await besides(folder);
  await rename(folder, join(fresh, 'old')).catch(ignoreMissing);
  await rm(fresh, { recursive: true, force: true });
  await rmdir(dirname(fresh)).catch(() => {});
};

/** On the same file system, so that a rename is all that is left to do. */
const besides = async (folder: string): Promise<string> => {
  await mkdir(dirname(folder), { recursive: true });
  return newFolder(join(dirname(folder), '.k8s-bm-new'));
};

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};

/** The cache holds something else than what was put in. */
export class ChangedInCache extends Error {
  readonly cached: Cached;

  constructor(cached: Cached) {
    super(`${cached.folder} was changed in the cache`);
    this.cached = cached;
  }
}
