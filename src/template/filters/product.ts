import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { Tuple, type Value } from '../values.ts';

export const product = plugin('*others, **named', (_, value, others, named) => {
  const repeat = Number((named as Map<Value, Value>).get('repeat') ?? 1);
  const lists = Array.from({ length: repeat }, () => [value, ...(others as Value[])].map(iterate)).flat();
  return cartesian(lists).map((row) => Tuple.from(row) as Tuple);
});

/** Every choice of one item from each list; the last list turns quickest. */
export const cartesian = (lists: readonly (readonly Value[])[]): Value[][] =>
  lists.reduce<Value[][]>((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]]);
