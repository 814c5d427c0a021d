import { plugin } from '../plugin.ts';
import { ValueSet } from '../python/dict.ts';
import { iterate } from '../python/iterate.ts';
import { truthy } from '../python/truth.ts';
import { attributeGetter } from './attribute-path.ts';

/** The first of each; equal without regard to case only where `case_sensitive=false` is said, as in Ansible. */
export const unique = plugin('case_sensitive=None, attribute=None', (context, value, caseSensitive, attribute) => {
  const get = attribute === null ? undefined : attributeGetter(context, attribute);
  const seen = new ValueSet();
  return iterate(value).filter((item) => {
    const key = get ? get(item) : item;
    return seen.add(
      typeof key === 'string' && caseSensitive !== null && !truthy(caseSensitive) ? key.toLowerCase() : key,
    );
  });
});
