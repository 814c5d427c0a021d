import { plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** The pairs of dicts, as dicts with `key` and `value`. */
export const dict = plugin('', (_, terms) =>
  (terms as Value[]).flatMap((term) => {
    if (!isMapping(term)) throw new TemplateError(`the lookup 'dict' needs dicts, not ${typeName(term)}`);
    return entriesOf(term).map(
      ([key, value]) =>
        new Map<Value, Value>([
          ['key', key],
          ['value', value],
        ]),
    );
  }),
);
