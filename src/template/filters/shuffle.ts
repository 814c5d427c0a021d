import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import type { Value } from '../values.ts';
import { generator } from './seeded.ts';

export const shuffle = plugin(
  'seed=None',
  (context, value, seed) => {
    const [list, next] = [[...iterate(value)], generator(context, seed)];
    for (let last = list.length - 1; last > 0; last--) {
      const other = Math.floor(next() * (last + 1));
      [list[last], list[other]] = [list[other] as Value, list[last] as Value];
    }
    return list;
  },
  { impure: true },
);
