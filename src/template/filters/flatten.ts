import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { iterate } from '../python/iterate.ts';
import { truthy } from '../python/truth.ts';
import { Tuple, type Value } from '../values.ts';

export const flatten = plugin('levels=None, skip_nulls=True', (_, value, levels, skipNulls) =>
  flattened(iterate(value), levels === null ? undefined : asInteger(levels, 'levels'), truthy(skipNulls)),
);

/** The items of lists within lists, `levels` deep or to the ground. */
export const flattened = (list: readonly Value[], levels: number | undefined, skipNulls: boolean): Value[] => {
  const result: Value[] = [];
  for (const item of list) {
    if (skipNulls && (item === null || item === 'None' || item === 'null')) continue;
    if (!Array.isArray(item)) result.push(item);
    else if (levels === undefined) result.push(...flattened(item, undefined, skipNulls));
    else if (levels >= 1) result.push(...flattened(item, levels - 1, skipNulls));
    else result.push(item instanceof Tuple ? [...item] : item);
  }
  return result;
};
