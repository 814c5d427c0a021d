import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { sorted } from '../python/order.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import type { Value } from '../values.ts';
import { attributeGetter } from './attribute-path.ts';

/** `attribute` may name several, with commas between. */
export const sort = plugin(
  'reverse=False, case_sensitive=False, attribute=None',
  (context, value, reverse, caseSensitive, attribute) => {
    const fold = (key: Value): Value => (typeof key === 'string' && !truthy(caseSensitive) ? key.toLowerCase() : key);
    const getters = attribute === null ? [] : attributeNames(attribute).map((name) => attributeGetter(context, name));
    const key = (item: Value): Value => (getters.length ? getters.map((get) => fold(get(item))) : fold(item));
    return sorted(iterate(value), key, truthy(reverse));
  },
);

const attributeNames = (attribute: Value): Value[] =>
  typeof attribute === 'string' ? toText(attribute).split(',') : [attribute];
