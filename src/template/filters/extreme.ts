import type { Context } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { compare } from '../python/order.ts';
import { truthy } from '../python/truth.ts';
import { Undefined, type Value } from '../values.ts';
import { attributeGetter } from './attribute-path.ts';

/** The greatest (sign 1) or least (−1) item; the first of those that are equal. */
export const extreme = (
  context: Context,
  value: Value,
  caseSensitive: Value,
  attribute: Value,
  sign: 1 | -1,
): Value => {
  const list = iterate(value);
  const get = attribute === null ? (item: Value) => item : attributeGetter(context, attribute);
  const key = (item: Value): Value => {
    const found = get(item);
    return typeof found === 'string' && !truthy(caseSensitive) ? found.toLowerCase() : found;
  };
  if (list.length === 0) return new Undefined(sign > 0 ? 'max' : 'min', 'No aggregated item, sequence was empty.');
  return list.reduce((best, item) => (compare(key(item), key(best), sign > 0 ? '>' : '<') * sign > 0 ? item : best));
};
