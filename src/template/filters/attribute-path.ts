import type { Context } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { Undefined, type Value } from '../values.ts';

/** Reads `a.b.0` of an item, as the `attribute` argument of many filters names it. */
export const attributeGetter = (context: Context, attribute: Value, fallback?: Value): ((item: Value) => Value) => {
  const keys: Value[] =
    typeof attribute === 'string'
      ? attribute.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
      : [typeof attribute === 'number' ? attribute : toText(attribute)];
  return (item) => {
    let value = item;
    for (const key of keys) {
      value = context.member(value, key);
      if (value instanceof Undefined) return fallback ?? value;
    }
    return value;
  };
};
