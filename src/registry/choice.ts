import type { Package } from './catalogue.ts';
import { placeOf } from './lock.ts';
import type { Requirement } from './requirements.ts';
import type { Offer } from './source.ts';
import { fitting, isRange, semverOf } from './version.ts';

/** Who asks for something: the key of a package, or undefined for the project itself. */
export interface Ask {
  readonly wanted: Requirement;
  readonly by: string | undefined;
}

export interface Choice {
  readonly wanted: Requirement;
  /** Who brought it in. */
  readonly by: string | undefined;
  readonly offer: Offer;
  readonly found: Package;
}

/** The project's own requirement says where a name comes from; without one, whoever asked first. */
export const deciding = (asks: readonly Ask[]): Ask => asks.find(({ by }) => by === undefined) ?? (asks[0] as Ask);

/** Whether all who ask mean the same place, or the project itself has said which. */
export const samePlace = (asks: readonly Ask[]): boolean => {
  const own = asks.filter(({ by }) => by === undefined);
  return new Set((own.length > 0 ? own : asks).map(({ wanted }) => placeOf(wanted))).size <= 1;
};

/** The offers that everybody takes, best first. */
export const candidatesOf = (asks: readonly Ask[], offers: readonly Offer[]): readonly Offer[] => {
  const { wanted } = deciding(asks);
  const texts = [...new Set(asks.flatMap(({ wanted: { version } }) => version ?? []))];
  if (wanted.source === 'folder' || wanted.source === 'archive') {
    const label = wanted.version !== undefined && !isRange(wanted.version) ? wanted.version : '';
    return [{ version: label, semver: semverOf(label) }];
  }
  if (wanted.source === 'git' && texts.length === 0) return [{ version: '', semver: null }];
  const named = texts.find((text) => !isRange(text) && fitting(offers, text).length === 0);
  const asIs = wanted.source === 'git' || named?.startsWith('sha256:');
  const pool = named !== undefined && asIs ? [{ version: named, semver: null, ...digest(named) }] : offers;
  return asks.reduce((left, ask) => left.filter((offer) => taken(offer, ask, pool)), fitting(pool, undefined));
};

const digest = (text: string): { readonly integrity?: string } =>
  text.startsWith('sha256:') ? { integrity: text } : {};

/** A text that names one offer means that one, so it matters what else is on offer. */
const taken = (offer: Offer, ask: Ask, pool: readonly Offer[]): boolean =>
  keeps(offer, ask) && (offer.semver === null || fitting(pool, ask.wanted.version).includes(offer));

/**
 * Whether a version is one that an asker takes. Of a branch, a commit or a folder nobody can tell: there, what the project
 * itself chose is taken.
 */
export const keeps = (offer: Offer, { wanted: { version, source }, by }: Ask): boolean => {
  if (fitting([offer], version).length > 0) return true;
  if (source === 'git' && offer.integrity !== undefined && offer.integrity === version) return true;
  return (
    offer.semver === null && (by !== undefined || (version !== undefined && isRange(version) && offer.version === ''))
  );
};
