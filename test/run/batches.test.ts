import { describe, expect, it } from 'vitest';
import { makeBatches, orderHosts } from '../../src/run/batches.ts';

const hosts = (count: number): string[] => Array.from({ length: count }, (_, i) => `h${i + 1}`);

describe('batches of hosts', () => {
  it.each([
    [5, null, [5]],
    [5, 2, [2, 2, 1]],
    [5, '2', [2, 2, 1]],
    [10, '30%', [3, 3, 3, 1]],
    [2, '10%', [1, 1]],
    [10, [1, 3, '50%'], [1, 3, 5, 1]],
    [6, [1, 2], [1, 2, 2, 1]],
    [4, 0, [4]],
  ])('%i hosts with serial %j', (count, serial, sizes) => {
    expect(makeBatches(hosts(count), serial, undefined).map((batch) => batch.length)).toEqual(sizes);
  });

  it('refuses what is no number', () => {
    expect(() => makeBatches(hosts(2), 'some', undefined)).toThrow(/serial must be a number or a percentage/);
  });
});

describe('order of hosts', () => {
  it.each([
    ['inventory', 'b a c'],
    ['reverse_inventory', 'c a b'],
    ['sorted', 'a b c'],
    ['reverse_sorted', 'c b a'],
  ])('%s', (order, expected) => {
    expect(orderHosts(['b', 'a', 'c'], order, undefined).join(' ')).toBe(expected);
  });
});
