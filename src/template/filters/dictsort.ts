import { plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { sorted } from '../python/order.ts';
import { truthy } from '../python/truth.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import { Tuple, type Value } from '../values.ts';

export const dictsort = plugin(
  "case_sensitive=False, by='key', reverse=False",
  (_, value, caseSensitive, by, reverse) => {
    if (!isMapping(value)) throw new TemplateError(`dictsort needs a dict, not ${typeName(value)}`);
    if (by !== 'key' && by !== 'value') throw new TemplateError("dictsort sorts by 'key' or by 'value'");
    const pairs = entriesOf(value).map(([key, item]) => Tuple.of(key, item) as Tuple);
    const place = by === 'key' ? 0 : 1;
    return sorted(pairs, (pair) => folded((pair as Tuple)[place] as Value, truthy(caseSensitive)), truthy(reverse));
  },
);

const folded = (value: Value, caseSensitive: boolean): Value =>
  typeof value === 'string' && !caseSensitive ? value.toLowerCase() : value;
