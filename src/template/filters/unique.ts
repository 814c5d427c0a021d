import { plugin } from '../plugin.ts';
import { ValueSet } from '../python/dict.ts';
import { iterate } from '../python/iterate.ts';
import { truthy } from '../python/truth.ts';
import { attributeGetter } from './attribute-path.ts';

/** The first of each, without regard to case unless `case_sensitive` is said. */
export const unique = plugin('case_sensitive=None, attribute=None', (context, value, caseSensitive, attribute) => {
  const get = attribute === null ? undefined : attributeGetter(context, attribute);
  const seen = new ValueSet();
  return iterate(value).filter((item) => {
    const key = get ? get(item) : item;
    return seen.add(typeof key === 'string' && !truthy(caseSensitive) ? key.toLowerCase() : key);
  });
});
