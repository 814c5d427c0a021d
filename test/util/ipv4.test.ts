import { describe, expect, it } from 'vitest';
import {
  addressNumber,
  addressText,
  contains,
  overlap,
  parseRange,
  type Range,
  rangeAround,
} from '../../src/util/ipv4.ts';

const range = (text: string): Range => parseRange(text) as Range;

describe('IPv4', () => {
  it.each(['0.0.0.0', '10.96.0.1', '192.0.2.255', '255.255.255.255'])('reads and writes %s', (text) => {
    expect(addressText(addressNumber(text) as number)).toBe(text);
  });

  it.each(['', '10.0.0', '10.0.0.256', '10.0.0.0.1', 'n1', '::1', ' 10.0.0.1'])('refuses %j as an address', (text) => {
    expect(addressNumber(text)).toBeUndefined();
  });

  it.each(['10.0.0.1/24', '10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1'])(
    'refuses %j as a range',
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );

  it('tells which ranges overlap', () => {
    expect(overlap(range('10.96.0.0/16'), range('10.97.0.0/16'))).toBe(false);
    expect(overlap(range('10.96.0.0/12'), range('10.97.0.0/16'))).toBe(true);
    expect(overlap(range('192.0.2.128/25'), range('192.0.2.0/24'))).toBe(true);
    expect(overlap(range('0.0.0.0/0'), range('255.255.255.255/32'))).toBe(true);
  });

  it('finds the range around an address', () => {
    expect(rangeAround('192.0.2.77/26')?.text).toBe('192.0.2.64/26');
    expect(contains(range('192.0.2.64/26'), '192.0.2.127')).toBe(true);
    expect(contains(range('192.0.2.64/26'), '192.0.2.128')).toBe(false);
  });
});
