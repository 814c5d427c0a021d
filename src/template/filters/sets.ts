import { ValueSet } from '../python/dict.ts';
import type { Value } from '../values.ts';

/** The first of each of equal items, in their order. */
export const uniqueItems = (list: readonly Value[]): Value[] => {
  const seen = new ValueSet();
  return list.filter((item) => seen.add(item));
};

export const memberOfAny = (list: readonly Value[]): ((item: Value) => boolean) => {
  const set = new ValueSet();
  for (const item of list) set.add(item);
  return (item) => set.has(item);
};
