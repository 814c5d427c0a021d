import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve as resolvePath } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import type { Cache, Cached } from './cache.ts';
import { Catalogue } from './catalogue.ts';
import { reached } from './coverage.ts';
import { lockedFor } from './graph.ts';
import { type Change, ChangedInCache, install, type Places } from './install.ts';
import { emptyLock, keyOf, type Lock, type Locked, offerOf, placeOf, readLock, writeLock } from './lock.ts';
import { referenceRequirement } from './references.ts';
import { type Requirement, readRequirements } from './requirements.ts';
import type { Offer, Sources } from './source.ts';

export interface ProjectOptions {
  /** requirements.yml; the lock is beside it. It need not be there. */
  readonly file: string;
  readonly places: Places;
  readonly cache: Cache;
  readonly sources: () => Promise<Sources>;
  readonly offline?: boolean | undefined;
  /** The public key that everything from a registry must be signed with, where one is wanted. */
  readonly keyFile?: string | undefined;
}

export interface InstallWish {
  /** What is to be newer: everything, or these names. */
  readonly update?: 'all' | readonly string[] | undefined;
  /** Fail rather than change the lock. */
  readonly frozen?: boolean | undefined;
  readonly force?: boolean | undefined;
}

export interface Installed {
  readonly changes: readonly Change[];
  readonly lockChanged: boolean;
}

/** A folder with requirements.yml and requirements.lock, and what is installed for it. */
export class Project {
  readonly file: string;
  readonly lockFile: string;
  readonly places: Places;
  readonly catalogue: Catalogue;
  readonly #options: ProjectOptions;

  constructor(options: ProjectOptions) {
    const { cache, sources, offline = false, keyFile } = options;
    this.#options = options;
    this.file = resolvePath(options.file);
    this.lockFile = this.file.replace(/(?:\.ya?ml)?$/, '.lock');
    this.places = options.places;
    this.catalogue = new Catalogue({ cache, sources, offline, keyFile });
  }

  requirements(): readonly Requirement[] {
    return existsSync(this.file) ? readRequirements(this.file) : [];
  }

  lock(): Lock | undefined {
    return readLock(this.lockFile);
  }

  /** Resolves where the lock does not answer, writes the lock, and makes the installed folders what it says. */
  async install({ update, frozen = false, force = false }: InstallWish = {}): Promise<Installed> {
    if (!existsSync(this.file) && !existsSync(this.lockFile)) throw this.#nothingHere();
    const requirements = this.requirements();
    const { lock, changed, before = emptyLock } = await this.settle(requirements, { update, frozen });
    const wanted = reached(requirements, lock);
    if ('missing' in wanted)
      throw new Error(`what was resolved does not answer its own requirements: ${wanted.missing}`);
    const packages = [...wanted.packages.values()];
    await this.#checkSigned(packages, requirements);
    const inProject = (path: string): boolean => !relative(dirname(this.file), path).startsWith('..');
    const changes = await this.#placing(() =>
      install(packages, {
        places: this.places,
        bring: (locked) => this.bring(locked, requirements),
        stale: (origin) =>
          before.packages.has(keyOf(origin)) ||
          inProject(origin.kind === 'role' ? this.places.roles : this.places.collections),
        force,
      }),
    );
    return { changes, lockChanged: changed && writeLock(this.lockFile, lock) };
  }

  /**
   * A lock that answers the requirements and the references it has: the one there is, or one in which as little as can be is
   * different. Does not write it.
   */
  async settle(
    requirements: readonly Requirement[],
    {
      update,
      frozen = false,
      references,
    }: Pick<InstallWish, 'update' | 'frozen'> & { readonly references?: ReadonlyMap<string, Requirement> } = {},
  ): Promise<{ readonly lock: Lock; readonly changed: boolean; readonly before?: Lock | undefined }> {
    const before = this.lock();
    const known = this.#references(before);
    // A play that asks for another range now does not ask for the one before any more.
    const named = new Map([...known.filter(([, each]) => !isNamedAnew(each, references)), ...(references ?? [])]);
    const roots = [...requirements, ...named.values()];
    const answer = before && reached(roots, before);
    if (before && answer && 'packages' in answer && !update && answer.packages.size === before.packages.size) {
      if (named.size === before.references.size) return { lock: before, changed: false, before };
    }
    if (frozen) throw this.#frozen(answer && 'missing' in answer ? answer.missing : undefined, before);
    checkNames(update, before, roots);
    const packages =
      before && answer && 'packages' in answer && !update
        ? answer.packages
        : await this.#resolve(roots, preferred(before, update));
    return {
      lock: { packages, references: keysOf(named, packages) },
      changed: true,
      before,
    };
  }

  /** What this project asks for: its requirements, and what its plays and inventories were found to name. */
  asked(): readonly Requirement[] {
    return [...this.requirements(), ...this.#references(this.lock()).map(([, wanted]) => wanted)];
  }

  #references(lock: Lock | undefined): readonly (readonly [string, Requirement])[] {
    return [...(lock?.references ?? [])].map(([text, key]) => {
      const kind = key.startsWith('collection ') ? 'collection' : 'role';
      return [text, referenceRequirement(text, this.lockFile, kind)];
    });
  }

  async #resolve(roots: readonly Requirement[], prefer: Lock | undefined): Promise<ReadonlyMap<string, Locked>> {
    const { resolve } = await import('./resolve.ts');
    return resolve(roots, this.catalogue, prefer);
  }

  /** What the lock names, from the cache, or brought into it. */
  bring(locked: Locked, requirements: readonly Requirement[] = []): Promise<Cached> {
    return this.catalogue.fetch(wantedOf(locked, requirements, this.lockFile), offerOf(locked));
  }

  /** As `bring`, for content that is used where it lies: held against its hash, and brought anew where it has changed. */
  async bringWhole(locked: Locked, requirements: readonly Requirement[] = []): Promise<Cached> {
    return this.catalogue.fetchWhole(wantedOf(locked, requirements, this.lockFile), offerOf(locked));
  }

  /** Every version that the source of something locked has. */
  offers(locked: Locked): Promise<readonly Offer[]> {
    return this.catalogue.offers(wantedOf(locked, this.requirements(), this.lockFile));
  }

  /** What lies in the project already was perhaps brought before a key was wanted. Throws what is wrong with all of them. */
  async #checkSigned(packages: readonly Locked[], requirements: readonly Requirement[]): Promise<void> {
    const checks = packages.map((locked) =>
      this.catalogue.checkSigned(wantedOf(locked, requirements, this.lockFile), locked.integrity),
    );
    const failed = (await Promise.allSettled(checks)).flatMap((each) =>
      each.status === 'rejected' ? each.reason : [],
    );
    const other = failed.find((error) => !(error instanceof UserError));
    if (other !== undefined) throw other;
    if (failed.length > 0) throw new UserError(failed.flatMap(({ diagnostics }: UserError) => diagnostics));
  }

  /** A cache that somebody wrote into is filled anew, once. */
  async #placing<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ChangedInCache)) throw error;
      await this.#options.cache.drop(error.cached);
      return await action();
    }
  }

  #nothingHere(): UserError {
    return new UserError({
      severity: 'error',
      message: `there is no ${this.file}`,
      hint: 'k8s-bm role add ADDRESS writes one; -r FILE names one that is elsewhere',
    });
  }

  #frozen(missing: string | undefined, before: Lock | undefined): UserError {
    return new UserError({
      severity: 'error',
      message: before
        ? `${this.lockFile} does not go with ${this.file}: ${missing ?? 'it has more than is asked for'}`
        : `there is no ${this.lockFile}`,
      hint: 'run k8s-bm role install without --frozen, and keep the lock with the requirements',
    });
  }
}

const isNamedAnew = (known: Requirement, references: ReadonlyMap<string, Requirement> | undefined): boolean =>
  [...(references?.values() ?? [])].some((each) => each.kind === known.kind && placeOf(each) === placeOf(known));

const keysOf = (
  references: ReadonlyMap<string, Requirement>,
  packages: ReadonlyMap<string, Locked>,
): ReadonlyMap<string, string> => {
  const lock = { packages, references: new Map<string, string>() };
  return new Map([...references].map(([text, each]) => [text, keyOf(lockedFor(each, lock) ?? each)]));
};

/** A lock without what is to be newer. */
const preferred = (before: Lock | undefined, update: InstallWish['update']): Lock | undefined => {
  if (!before || update === 'all') return undefined;
  const kept = [...before.packages].filter(([, { name }]) => !update?.includes(name));
  return { ...before, packages: new Map(kept) };
};

const checkNames = (update: InstallWish['update'], before: Lock | undefined, roots: readonly Requirement[]): void => {
  if (!Array.isArray(update)) return;
  const names = new Set([...(before?.packages.values() ?? []), ...roots].map(({ name }) => name));
  const odd = update.find((name) => !names.has(name));
  if (odd !== undefined)
    throw new UserError({
      severity: 'error',
      message: `nothing here is called ${odd}`,
      hint: `there are: ${[...names].sort().join(', ') || 'no requirements at all'}`,
    });
};

/** The wish behind a locked version: the project's own, which may carry credentials, or one made of the lock. */
const wantedOf = (locked: Locked, requirements: readonly Requirement[], lockFile: string): Requirement => {
  const place = placeOf(locked);
  const own = requirements.find((each) => placeOf(each) === place);
  const { kind, name, source, src, server, subfolder, version } = locked;
  const where = own ? { src: own.src, credentials: own.credentials } : { src };
  return {
    kind,
    name,
    source,
    ...where,
    server,
    subfolder,
    version,
    position: own?.position ?? locked.position ?? { file: lockFile, line: 1, column: 1 },
    signatures: own?.signatures ?? [],
  };
};

/** The requirements file of a folder, where a command names none. */
export const findRequirements = (folder: string, name?: string): string => {
  if (name !== undefined) return isAbsolute(name) ? name : join(folder, name);
  const usual = ['requirements.yml', 'requirements.yaml', 'roles/requirements.yml', 'collections/requirements.yml'];
  return join(folder, usual.find((each) => existsSync(join(folder, each))) ?? 'requirements.yml');
};
