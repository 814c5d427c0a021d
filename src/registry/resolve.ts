import { UserError } from '../util/diagnostic.ts';
import type { Package } from './catalogue.ts';
import { type Ask, type Choice, candidatesOf, deciding, keeps, samePlace } from './choice.ts';
import { type Conflict, explain } from './conflict.ts';
import { withoutSecrets } from './locate.ts';
import { type Edge, keyOf, type Lock, type Locked, offerOf, placeOf } from './lock.ts';
import type { Requirement } from './requirements.ts';
import type { Offer } from './source.ts';
import { fitting, semverOf } from './version.ts';

/** What the resolver asks of the world; `Catalogue` answers. */
export interface Knowledge {
  offers(wanted: Requirement): Promise<readonly Offer[]>;
  package(wanted: Requirement, offer: Offer): Promise<Package>;
}

/** More choices than this are a graph made to keep somebody busy. */
const choicesLimit = 10_000;

/**
 * One version of everything that the project asks for, and of all that those depend on, so that every range is kept: the
 * newest that do, or those of `prefer` while they do. Where a name comes from, the project's own requirement decides. Throws
 * a UserError that tells who asks for what, and where, if there is no such choice.
 */
export const resolve = async (
  roots: readonly Requirement[],
  knowledge: Knowledge,
  prefer?: Lock | undefined,
): Promise<ReadonlyMap<string, Locked>> => {
  const named = await Promise.all(roots.map((root) => (root.nameless ? nameOf(root, knowledge) : root)));
  const resolver = new Resolver(knowledge, prefer);
  for (const wanted of named) resolver.ask({ wanted, by: undefined });
  const blamed = await resolver.solve();
  if (blamed) throw explain(resolver.conflict as Conflict);
  return new Map([...resolver.chosen].map(([key, choice]) => [key, lockedOf(choice)]));
};

/** The best version that one wish alone takes. Throws a UserError where there is none. */
export const newest = async (
  wanted: Requirement,
  knowledge: Knowledge,
): Promise<{ readonly offer: Offer; readonly found: Package }> => {
  const offers = await knowledge.offers(wanted);
  const [offer] = candidatesOf([{ wanted, by: undefined }], offers);
  if (!offer) throw nothingThere(wanted, offers);
  return { offer, found: await knowledge.package(wanted, offer) };
};

/** A collection from a git repository or an archive tells its name itself. */
const nameOf = async (root: Requirement, knowledge: Knowledge): Promise<Requirement> => {
  const { found } = await newest(root, knowledge);
  return { ...root, name: found.contents.name as string, nameless: false };
};

/**
 * Depth first with conflict-directed backjumping (Prosser 1993): where nothing fits, only a choice that had a part in it is
 * tried again.
 */
class Resolver {
  readonly chosen = new Map<string, Choice>();
  /** The first that came up: with the newest of everything. */
  conflict: Conflict | undefined;
  readonly #asks = new Map<string, Ask[]>();
  readonly #knowledge: Knowledge;
  readonly #prefer: Lock | undefined;
  #choices = 0;

  constructor(knowledge: Knowledge, prefer: Lock | undefined) {
    this.#knowledge = knowledge;
    this.#prefer = prefer;
  }

  ask(ask: Ask): void {
    const key = keyOf(ask.wanted);
    const asks = this.#asks.get(key);
    if (asks) asks.push(ask);
    else {
      this.#asks.set(key, [ask]);
      void this.#ahead(key).catch(() => {});
    }
  }

  /** The keys whose choices are in the way; undefined when everything is chosen. */
  async solve(): Promise<ReadonlySet<string> | undefined> {
    const next = [...this.#asks].find(([key, asks]) => asks.length > 0 && !this.chosen.has(key));
    if (!next) return undefined;
    const [key, asks] = next;
    const blamed = new Set(asks.flatMap(({ by }) => by ?? []));
    const { wanted, by } = deciding(asks);
    for await (const offer of this.#candidates(key, asks)) {
      if (++this.#choices > choicesLimit)
        throw new UserError({ severity: 'error', message: 'the dependencies are too entangled to be resolved' });
      const found = await this.#knowledge.package(wanted, offer);
      checkName(wanted, found);
      const choice = { wanted, by, offer: named(offer, found), found };
      if (!asks.every((ask) => keeps(choice.offer, ask))) continue;
      this.chosen.set(key, choice);
      const deeper = this.#add(key, found.contents.dependencies) ?? (await this.solve());
      if (!deeper) return undefined;
      this.#undo(key, found.contents.dependencies);
      if (!deeper.has(key)) return deeper;
      for (const each of deeper) if (each !== key) blamed.add(each);
    }
    this.conflict ??= { asks: [...asks], offers: await this.#offersOf(wanted), trail: new Map(this.chosen) };
    return blamed;
  }

  /** Adds what a choice asks for; the keys in the way where what is chosen already does not fit. */
  #add(key: string, dependencies: readonly Requirement[]): ReadonlySet<string> | undefined {
    const blamed = new Set<string>();
    for (const wanted of dependencies) {
      const ask = { wanted, by: key };
      this.ask(ask);
      const other = keyOf(wanted);
      const choice = this.chosen.get(other);
      if (!choice || (keeps(choice.offer, ask) && samePlace(this.#asks.get(other) ?? []))) continue;
      blamed.add(other).add(key);
      this.conflict ??= { asks: [...(this.#asks.get(other) ?? [])], offers: [], trail: new Map(this.chosen) };
    }
    return blamed.size > 0 ? blamed : undefined;
  }

  #undo(key: string, dependencies: readonly Requirement[]): void {
    this.chosen.delete(key);
    for (const wanted of dependencies) {
      const asks = this.#asks.get(keyOf(wanted)) ?? [];
      const left = asks.filter(({ by }) => by !== key);
      asks.splice(0, asks.length, ...left);
    }
  }

  async *#candidates(key: string, asks: readonly Ask[]): AsyncGenerator<Offer> {
    if (!samePlace(asks)) return;
    const locked = this.#locked(key, asks);
    if (locked) yield locked;
    const { wanted } = deciding(asks);
    const offers = await this.#knowledge.offers(wanted);
    const candidates = candidatesOf(asks, offers);
    if (candidates.length === 0 && asks.length === 1 && asks[0]?.by === undefined) throw nothingThere(wanted, offers);
    for (const offer of candidates) if (offer.version !== locked?.version) yield offer;
  }

  #locked(key: string, asks: readonly Ask[]): Offer | undefined {
    const known = this.#prefer?.packages.get(key);
    if (!known || placeOf(known) !== placeOf(deciding(asks).wanted)) return undefined;
    const offer = offerOf(known);
    return asks.every((ask) => keeps(offer, ask)) ? offer : undefined;
  }

  /** Brings what will most likely be chosen while others are still being read. */
  async #ahead(key: string): Promise<void> {
    const asks = [...(this.#asks.get(key) ?? [])];
    for await (const offer of this.#candidates(key, asks)) {
      await this.#knowledge.package(deciding(asks).wanted, offer);
      return;
    }
  }

  async #offersOf(wanted: Requirement): Promise<readonly Offer[]> {
    return this.#knowledge.offers(wanted).catch(() => []);
  }
}

/** What has no name at its source is called as its files say. */
const named = (offer: Offer, { contents, integrity }: Package): Offer => {
  const version = offer.version === '' ? (contents.version ?? '') : offer.version;
  return { version, semver: offer.semver ?? semverOf(contents.version ?? ''), integrity };
};

const checkName = (wanted: Requirement, { contents }: Package): void => {
  if (wanted.kind === 'role' || contents.name === wanted.name) return;
  throw new UserError({
    severity: 'error',
    message: `the collection there is ${contents.name}, not ${wanted.name}`,
    position: wanted.position,
  });
};

const lockedOf = ({ wanted, offer, found }: Choice): Locked => ({
  kind: wanted.kind,
  name: wanted.name,
  version: offer.version,
  source: wanted.source,
  src: wanted.src,
  server: wanted.server,
  subfolder: wanted.subfolder,
  integrity: found.integrity,
  dependencies: edgesOf(found.contents.dependencies),
});

/** One edge for each name: what is asked for twice must fit both times. */
const edgesOf = (dependencies: readonly Requirement[]): readonly Edge[] => {
  const edges = new Map<string, Edge>();
  for (const { kind, name, version = '*' } of dependencies) {
    const key = keyOf({ kind, name });
    const before = edges.get(key)?.version;
    const both = before === undefined || before === '*' || before === version ? version : `${before} ${version}`;
    edges.set(key, { kind, name, version: version === '*' ? (before ?? version) : both });
  }
  return [...edges.values()];
};

const nothingThere = (wanted: Requirement, offers: readonly Offer[]): UserError => {
  const { source, position } = wanted;
  const src = withoutSecrets(wanted.src);
  if (offers.length === 0)
    return new UserError({
      severity: 'error',
      message: `nothing is on offer at ${src}`,
      position,
      hint:
        source === 'oci'
          ? `look at the address again; where the registry wants a login: k8s-bm role login ${src.split('/')[2]}`
          : source === 'git'
            ? 'it has no tags: ask for a branch or a commit instead of a range'
            : 'look at the address again',
    });
  const best = fitting(offers, undefined).slice(0, 10);
  return new UserError({
    severity: 'error',
    message: `there is no version ${wanted.version ?? ''} of ${wanted.name}`.replace('  ', ' '),
    position,
    hint: `on offer: ${best.map(({ version }) => version).join(', ')}`,
  });
};
