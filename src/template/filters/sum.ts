import { plugin } from '../plugin.ts';
import { binary } from '../python/arithmetic.ts';
import { iterate } from '../python/iterate.ts';
import { attributeGetter } from './attribute-path.ts';

export const sum = plugin('attribute=None, start=0', (context, value, attribute, start) => {
  const get = attribute === null ? undefined : attributeGetter(context, attribute);
  return iterate(value).reduce((total, item) => binary('+', total, get ? get(item) : item), start);
});
