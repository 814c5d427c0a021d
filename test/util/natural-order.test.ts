import { describe, expect, it } from 'vitest';
import { naturally } from '../../src/util/natural-order.ts';

describe('naturally', () => {
  it.each([
    [
      ['n10', 'n2', 'n1'],
      ['n1', 'n2', 'n10'],
    ],
    [
      ['web-2.b', 'web-10.a', 'web-2.a'],
      ['web-2.a', 'web-2.b', 'web-10.a'],
    ],
    [
      ['b', 'A', 'a', 'B'],
      ['A', 'a', 'B', 'b'],
    ],
    [
      ['n', '10', '9', 'n1', ''],
      ['', '9', '10', 'n', 'n1'],
    ],
    [
      ['n02', 'n1', 'n2'],
      ['n1', 'n02', 'n2'],
    ],
  ])('sorts %j', (names, sorted) => {
    expect([...names].sort(naturally)).toEqual(sorted);
  });

  it('puts names of hosts as the tables of locales do', () => {
    const names = [
      'node-1',
      'node-11',
      'Node-2',
      'db1.example.org',
      'db10.example.org',
      'db2.example.org',
      '192.0.2.10',
      '192.0.2.9',
    ];
    const collated = [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    expect([...names].sort(naturally)).toEqual(collated);
  });
});
