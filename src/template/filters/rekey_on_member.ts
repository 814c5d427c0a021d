import { plugin } from '../plugin.ts';
import { dictHas, dictSet, entriesOf, isMapping } from '../python/dict.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import { type Dict, Undefined } from '../values.ts';

/** A dict of dicts, each under what it has under `key`. */
export const rekey_on_member = plugin("key, duplicates='error'", (context, value, key, duplicates) => {
  if (duplicates !== 'error' && duplicates !== 'overwrite')
    throw new TemplateError("duplicates must be 'error' or 'overwrite'");
  const items = isMapping(value) ? entriesOf(value).map(([, item]) => item) : iterate(value);
  const result: Dict = new Map();
  for (const item of items) {
    if (!isMapping(item)) throw new TemplateError(`rekey_on_member needs dicts, not ${typeName(item)}`);
    const name = context.member(item, key);
    if (name instanceof Undefined) throw new TemplateError(`Key ${toText(key)} was not found`);
    if (duplicates === 'error' && dictHas(result, name))
      throw new TemplateError(`Key ${toText(name)} is not unique, cannot convert to dict`);
    dictSet(result, name, item);
  }
  return result;
});
