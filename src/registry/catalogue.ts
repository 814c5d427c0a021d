import { join } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import type { Cache, Cached } from './cache.ts';
import { type Contents, readContents } from './contents.ts';
import { withoutSecrets } from './locate.ts';
import { placeOf } from './lock.ts';
import type { Requirement } from './requirements.ts';
import type { Offer, Sources } from './source.ts';

/** A version that was brought, with what its files say. */
export interface Package extends Cached {
  readonly contents: Contents;
}

export interface CatalogueOptions {
  readonly cache: Cache;
  /** Opened when something is really asked for: an install from a filled cache needs none. */
  readonly sources: () => Promise<Sources>;
  /** Nothing but the cache may be asked. */
  readonly offline: boolean;
  /** The file of the public key that everything from a registry must be signed with, where one is wanted. */
  readonly keyFile?: string | undefined;
}

/** Everything on offer, each asked for once. */
export class Catalogue {
  readonly #options: CatalogueOptions;
  readonly #offers = new Map<string, Promise<readonly Offer[]>>();
  readonly #packages = new Map<string, Promise<Package>>();
  #fingerprint: Promise<string> | undefined;
  /** Requests at once: enough to keep a registry busy, not to be taken for an attack. */
  readonly #slots = new Slots(12);

  constructor(options: CatalogueOptions) {
    this.#options = options;
  }

  offers(wanted: Requirement): Promise<readonly Offer[]> {
    return once(this.#offers, placeOf(wanted), async () => {
      if (wanted.source === 'folder') return [];
      if (this.#options.offline) throw notHere(wanted, 'which versions there are is not known without the network');
      const { of } = await this.#options.sources();
      return this.#slots.run(() => of[wanted.source].versions(wanted));
    });
  }

  /** Brings a version into the cache, unless it is there, and reads what it depends on. */
  package(wanted: Requirement, offer: Offer): Promise<Package> {
    const key = JSON.stringify([placeOf(wanted), offer.version, offer.integrity]);
    return once(this.#packages, key, async () => {
      const cached = await this.fetch(wanted, offer);
      const place = { folder: cached.folder, local: wanted.source === 'folder' };
      const contents = readContents(
        wanted.kind,
        // A folder's own relative paths start from where it is, not from its copy.
        wanted.source === 'folder' ? { ...place, folder: wanted.src } : place,
        wanted.position,
      );
      const named = `${wanted.nameless ? withoutSecrets(wanted.src) : wanted.name} ${offer.version}`.trim();
      const dependencies = contents.dependencies.map((each) => ({
        ...each,
        position: shown(each.position, wanted.source === 'folder' ? wanted.src : cached.folder, named),
      }));
      return { ...cached, contents: { ...contents, dependencies } };
    });
  }

  /** The cached content of exactly this version. Throws a UserError where it can't be had, or is something else. */
  async fetch(wanted: Requirement, offer: Offer): Promise<Cached> {
    const { cache, offline, sources } = this.#options;
    const { integrity } = offer;
    const known = integrity === undefined ? undefined : await cache.find(integrity, wanted.subfolder);
    if (known) return this.checkSigned(wanted, known.integrity).then(() => known);
    if (offline && wanted.source !== 'folder') throw notHere(wanted, 'it is not in the cache');
    const { of } = await sources();
    return this.#slots.run(() =>
      cache.put(async (into) => {
        const fetched = await of[wanted.source].fetch(wanted, offer, into);
        if (integrity !== undefined && fetched.integrity !== integrity) throw differs(wanted, offer, fetched.integrity);
        if (fetched.signedBy) await cache.keepSigned(fetched.integrity, fetched.signedBy);
        return fetched;
      }, wanted.subfolder),
    );
  }

  /** As `fetch`, for content that is used where it lies: held against its hash, and brought anew where it has changed. */
  async fetchWhole(wanted: Requirement, offer: Offer): Promise<Cached> {
    if (offer.integrity !== undefined) await this.#options.cache.findWhole(offer.integrity, wanted.subfolder);
    return this.fetch(wanted, offer);
  }

  /**
   * Throws a UserError for what comes from a registry and has no signature of the key that is wanted. What the key was found
   * to have signed is remembered; only what is not is asked of its registry.
   */
  async checkSigned(wanted: Requirement, integrity: string): Promise<void> {
    const { cache, keyFile, offline, sources } = this.#options;
    if (keyFile === undefined || wanted.source !== 'oci') return;
    this.#fingerprint ??= import('./signing.ts').then(async (own) => own.fingerprintOf(await own.publicKeyIn(keyFile)));
    const fingerprint = await this.#fingerprint;
    if (await cache.isSigned(integrity, fingerprint)) return;
    if (offline) throw neverSigned(wanted, keyFile);
    const { of } = await sources();
    const signer = await this.#slots.run(async () => of[wanted.source].signedBy?.(wanted, integrity));
    if (signer !== fingerprint) throw new Error(`the signature of ${wanted.src} was not asked for`);
    await cache.keepSigned(integrity, fingerprint);
  }
}

const shown = (position: Position, folder: string, named: string): Position =>
  position.file.startsWith(join(folder, '/'))
    ? { ...position, file: join(named.replaceAll('/', '∕'), position.file.slice(folder.length + 1)) }
    : position;

const notHere = (wanted: Requirement, why: string): UserError =>
  new UserError({
    severity: 'error',
    message: `${wanted.name} can't be had offline: ${why}`,
    position: wanted.position,
    hint: 'run k8s-bm role install once with the network',
  });

const neverSigned = (wanted: Requirement, keyFile: string): UserError =>
  new UserError({
    severity: 'error',
    message: `${wanted.name} was never held against the key ${keyFile}, and its signature can't be had offline`,
    position: wanted.position,
    hint: 'run k8s-bm role install once with the network',
  });

const differs = (wanted: Requirement, offer: Offer, found: string): UserError =>
  new UserError({
    severity: 'error',
    message: `what came for ${wanted.name} ${offer.version} is not what the lock says: it is ${found}`,
    position: wanted.position,
    hint: `the lock has ${offer.integrity}. If the change at ${withoutSecrets(wanted.src)} is meant, run k8s-bm role update ${wanted.name}`,
  });

/** One promise for each key, a failed one too: what failed once is not asked again. */
const once = <T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
  let promise = known.get(key);
  if (!promise) {
    promise = make();
    // It may be asked for ahead and never be awaited.
    promise.catch(() => {});
    known.set(key, promise);
  }
  return promise;
};

class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
