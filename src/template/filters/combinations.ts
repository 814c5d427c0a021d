import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { iterate } from '../python/iterate.ts';
import { Tuple, type Value } from '../values.ts';

export const combinations = plugin('r', (_, value, count) => {
  const [list, wanted] = [iterate(value), asInteger(count, 'r')];
  const result: Tuple[] = [];
  const extend = (row: Value[], from: number): void => {
    if (row.length === wanted) result.push(Tuple.from(row) as Tuple);
    else for (let index = from; index < list.length; index++) extend([...row, list[index] as Value], index + 1);
  };
  extend([], 0);
  return result;
});
