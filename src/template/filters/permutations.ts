import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { iterate } from '../python/iterate.ts';
import { Tuple, type Value } from '../values.ts';

export const permutations = plugin('r=None', (_, value, count) => {
  const list = iterate(value);
  const wanted = count === null ? list.length : asInteger(count, 'r');
  const result: Tuple[] = [];
  const extend = (row: number[]): void => {
    if (row.length === wanted) result.push(Tuple.from(row.map((index) => list[index] as Value)) as Tuple);
    else for (let index = 0; index < list.length; index++) if (!row.includes(index)) extend([...row, index]);
  };
  extend([]);
  return result;
});
