import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { attributeGetter } from './attribute-path.ts';

export const join = plugin("d='', attribute=None", (context, value, separator, attribute) => {
  const list = iterate(value);
  const get = attribute === null ? undefined : attributeGetter(context, attribute);
  return list.map((item) => toText(get ? get(item) : item)).join(toText(separator));
});
