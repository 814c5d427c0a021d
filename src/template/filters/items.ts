import { plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { TemplateError } from '../template-error.ts';
import { Tuple } from '../values.ts';

export const items = plugin('', (_, value) => {
  if (!isMapping(value)) throw new TemplateError('Can only get item pairs from a mapping.');
  return entriesOf(value).map(([key, item]) => Tuple.of(key, item) as Tuple);
});
