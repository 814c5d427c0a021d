import { subelementsOf } from '../filters/subelements.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** Pairs of an item and each element of a list inside it; items that are marked as skipped are left out. */
export const subelements = plugin('', (context, terms) => {
  const [items, path, flags] = terms as Value[];
  if (items === undefined || path === undefined)
    throw new TemplateError("the lookup 'subelements' needs a list and a key");
  const skipMissing = flags instanceof Map && truthy(flags.get('skip_missing') ?? false);
  const present = Array.isArray(items)
    ? items.filter((item) => !(item instanceof Map && item.get('skipped') === true))
    : items;
  const keys = toText(path).split('.');
  return subelementsOf(context, present, path, skipMissing).map((pair) => {
    const [item, element] = pair as [Value, Value];
    return [without(item, keys), element];
  });
});

/** The item without the list that its elements come from. */
const without = (item: Value, [key = '', ...rest]: readonly string[]): Value => {
  if (!(item instanceof Map)) return item;
  const copy = new Map(item);
  if (rest.length === 0) copy.delete(key);
  else copy.set(key, without(copy.get(key) ?? null, rest));
  return copy;
};
