import { plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { TemplateError } from '../template-error.ts';
import { Tuple, Undefined } from '../values.ts';

export const items = plugin(
  '',
  (_, value) => {
    if (value instanceof Undefined) return [];
    if (!isMapping(value)) throw new TemplateError('Can only get item pairs from a mapping.');
    return entriesOf(value).map(([key, item]) => Tuple.of(key, item) as Tuple);
  },
  { takesUndefined: true },
);
