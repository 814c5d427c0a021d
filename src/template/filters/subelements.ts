import { type Context, plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import { Tuple, Undefined, type Value } from '../values.ts';

/** Pairs of an item and each element of a list inside it. */
export const subelements = plugin('subelements, skip_missing=False', (context, value, path, skipMissing) =>
  subelementsOf(context, value, path, truthy(skipMissing)),
);

export const subelementsOf = (context: Context, value: Value, path: Value, skipMissing: boolean): Value[] => {
  const items = isMapping(value) ? entriesOf(value).map(([, item]) => item) : value;
  if (!Array.isArray(items)) throw new TemplateError(`subelements needs a list or a dict, not ${typeName(value)}`);
  const keys = Array.isArray(path) ? path.map(toText) : toText(path).split('.');
  return items.flatMap((item) => {
    let found: Value = item;
    for (const key of keys) {
      found = context.member(found, key);
      if (found instanceof Undefined) {
        if (skipMissing) return [];
        throw new TemplateError(`could not find '${key}' in an item, which subelements needs`);
      }
    }
    if (!Array.isArray(found))
      throw new TemplateError(`the subelement '${keys.join('.')}' must be a list, not ${typeName(found)}`);
    return found.map((element) => Tuple.of(item, element) as Tuple);
  });
};
