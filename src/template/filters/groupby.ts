import { plugin } from '../plugin.ts';
import { equals } from '../python/equality.ts';
import { iterate } from '../python/iterate.ts';
import { NamedTuple } from '../python/named-tuple.ts';
import { compare } from '../python/order.ts';
import { truthy } from '../python/truth.ts';
import { missing } from '../signature.ts';
import type { Value } from '../values.ts';
import { attributeGetter } from './attribute-path.ts';

/** Pairs of a key and the items that have it, in the order of the keys; they may be asked for `grouper` and `list`, too. */
export const groupby = plugin(
  'attribute, default=missing, case_sensitive=True',
  (context, value, attribute, fallback, caseSensitive) => {
    const get = attributeGetter(context, attribute, fallback === missing ? undefined : fallback);
    const fold = (key: Value): Value => (typeof key === 'string' && !truthy(caseSensitive) ? key.toLowerCase() : key);
    const keyed = iterate(value).map((item) => {
      const key = get(item);
      return { key, folded: fold(key), item };
    });
    keyed.sort((a, b) => compare(a.folded, b.folded));
    const groups: { key: Value; folded: Value; items: Value[] }[] = [];
    for (const { key, folded, item } of keyed) {
      const last = groups.at(-1);
      if (last && equals(last.folded, folded)) last.items.push(item);
      else groups.push({ key, folded, items: [item] });
    }
    return groups.map(({ key, items }) => NamedTuple.make(['grouper', 'list'], [key, items]));
  },
);
