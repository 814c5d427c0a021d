import { describe, expect, it } from 'vitest';
import type { Offer } from '../../src/registry/source.ts';
import { fitting, isRange, semverOf } from '../../src/registry/version.ts';

const offers = (...names: string[]): Offer[] => names.map((version) => ({ version, semver: semverOf(version) }));
const all = offers('main', 'v1.0.0', '1.2.0', 'v1.3.0-rc.1', '2.0.0', '1.10.0');

describe('versions', () => {
  it.each([
    ['v1.2.3', '1.2.3'],
    ['1.2', '1.2.0'],
    ['release-2.0.1', '2.0.1'],
    ['1.2.3_build.5', '1.2.3'],
    ['2', '2.0.0'],
    ['main', null],
    ['1.2.3.4', null],
    ['2024-01-05', null],
  ])('reads %s as %s', (name, expected) => {
    expect(semverOf(name)).toBe(expected);
  });

  it.each([
    [undefined, ['2.0.0', '1.10.0', '1.2.0', 'v1.0.0', 'v1.3.0-rc.1', 'main']],
    ['^1.0', ['1.10.0', '1.2.0', 'v1.0.0']],
    ['>=1 <1.10', ['1.2.0', 'v1.0.0']],
    ['>=1.0.0,<2.0.0,!=1.10.0', ['1.2.0', 'v1.0.0']],
    ['==1.2.0', ['1.2.0']],
    ['1.0.0', ['v1.0.0']],
    ['v1.2.0', ['1.2.0']],
    ['main', ['main']],
    ['1.x', ['1.10.0', '1.2.0', 'v1.0.0']],
    ['^3', []],
    ['develop', []],
  ])('takes what %s allows, the best first', (text, expected) => {
    expect(fitting(all, text).map(({ version }) => version)).toEqual(expected);
  });

  it('tells ranges from names', () => {
    expect(['^1', '>=1,<2', '*', '1.x', '1 || 2'].filter(isRange)).toHaveLength(5);
    expect(['1.2.0', 'v1', 'main', 'feature/a-b', '0123abc'].filter(isRange)).toEqual([]);
  });
});
