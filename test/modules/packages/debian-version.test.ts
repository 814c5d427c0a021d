import { describe, expect, it } from 'vitest';
import { compareDebianVersions } from '../../../src/modules/packages/debian-version.ts';

/** Pairs, older first; each was put to `dpkg --compare-versions`. */
const ordered: readonly (readonly [string, string])[] = [
  ['1.0', '1.1'],
  ['1.9', '1.10'],
  ['1.0~rc1', '1.0'],
  ['1.0~~', '1.0~'],
  ['1.0-1', '1.0-2'],
  ['1.0-1', '1.0-1+b1'],
  ['2.0', '1:0.1'],
  ['1.0', '1.0a'],
  ['1.0a', '1.0+'],
  ['1.0-1', '1.0.1-1'],
  ['5:28.5.1-1~debian.12~bookworm', '5:28.5.2-1~debian.12~bookworm'],
  ['1.36.1-1.1', '1.36.3-1.1'],
];

describe('compareDebianVersions', () => {
  it.each(ordered)('%s is older than %s', (older, newer) => {
    expect(compareDebianVersions(older, newer)).toBeLessThan(0);
    expect(compareDebianVersions(newer, older)).toBeGreaterThan(0);
  });

  it('takes leading zeros and missing epochs and revisions for nothing', () => {
    expect(compareDebianVersions('1.01', '1.1')).toBe(0);
    expect(compareDebianVersions('0:1.0', '1.0')).toBe(0);
    expect(compareDebianVersions('1.0', '1.0-0')).toBe(0);
  });
});
