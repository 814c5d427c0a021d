import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { Tuple, type Value } from '../values.ts';

export const zip = plugin('*others', (_, value, others) => {
  const lists = [value, ...(others as Value[])].map(iterate);
  const length = Math.min(...lists.map((list) => list.length));
  return Array.from({ length }, (_unused, index) => Tuple.from(lists.map((list) => list[index] as Value)) as Tuple);
});
