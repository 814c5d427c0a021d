import semver from 'semver';
import type { Offer } from './source.ts';

/**
 * The semantic version in the name of a tag: `v1.2.3`, `1.2`, `release-1.2.3`, `1.2.3_build` (a registry's tag can hold no
 * plus sign); null for anything else. Parts that are left out are zeros.
 */
export const semverOf = (name: string): string | null => {
  const bare = name.replace(/^(?:refs\/tags\/)?(?:release[-/]|version[-/])?v?(?=\d)/i, '').replace('_', '+');
  const full = /^\d+(?:\.\d+)?$/.test(bare) ? `${bare}${bare.includes('.') ? '.0' : '.0.0'}` : bare;
  return semver.valid(full, { loose: true });
};

/** Whether a text says more than one version: an operator, a wildcard, several parts. */
export const isRange = (text: string): boolean => /[\^~<>=*|,!\s]|\.x\b/i.test(text) && rangeOf(text) !== undefined;

/**
 * The offers that a requirement's `version` takes, the best first: newest releases, then pre-releases, then what has no
 * semantic version. Without a text everything fits. A text that names an offer exactly takes that one, with or without
 * its `v`; then it is read as a range, as npm does, and with Galaxy's commas, `==` and `!=`.
 */
export const fitting = (offers: readonly Offer[], text: string | undefined): readonly Offer[] => {
  if (text === undefined || text === '' || text === '*') return newestFirst(offers);
  const exact = offers.filter(({ version }) => bareName(version) === bareName(text));
  if (exact.length > 0)
    return exact
      .filter(({ version }) => version === text)
      .slice(0, 1)
      .concat(exact)
      .slice(0, 1);
  const range = rangeOf(text);
  if (!range) return [];
  return newestFirst(offers.filter(({ semver: version }) => version !== null && range(version)));
};

const newestFirst = (offers: readonly Offer[]): readonly Offer[] => {
  const rank = ({ semver: version }: Offer): number => (version === null ? 2 : semver.prerelease(version) ? 1 : 0);
  return [...offers].sort(
    (a, b) => rank(a) - rank(b) || (a.semver && b.semver ? semver.rcompare(a.semver, b.semver) : 0),
  );
};

const rangeOf = (text: string): ((version: string) => boolean) | undefined => {
  const excluded: string[] = [];
  const kept = text
    .replace(/,/g, ' ')
    .replace(/!=\s*v?([\w.+-]+)/g, (_all, version: string) => {
      excluded.push(version);
      return '';
    })
    .replace(/==/g, '=')
    .trim();
  const range = semver.validRange(kept === '' ? '*' : kept, { loose: true });
  if (range === null || excluded.some((version) => semverOf(version) === null)) return undefined;
  const parsed = new semver.Range(range, { loose: true });
  return (version) => parsed.test(version) && !excluded.some((other) => semver.eq(version, semverOf(other) as string));
};

const bareName = (version: string): string => version.replace(/^v(?=\d)/i, '');
