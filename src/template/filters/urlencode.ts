import { encode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import type { Value } from '../values.ts';

/** A string with all but letters, digits and `_.-~/` escaped; a dict or pairs as a query, where `/` is escaped, too. */
export const urlencode = plugin('', (_, value) => {
  if (typeof value === 'string' || !(Array.isArray(value) || isMapping(value))) return quoteUrl(toText(value), '/');
  const pairs = isMapping(value)
    ? entriesOf(value)
    : value.map((pair) => iterate(pair) as unknown as readonly [Value, Value]);
  return pairs.map((pair) => pair.map((part) => quoteUrl(toText(part), '').replaceAll('%20', '+')).join('=')).join('&');
});

export const quoteUrl = (text: string, safe: string): string => {
  let result = '';
  for (const byte of encode(text)) {
    const character = String.fromCharCode(byte);
    result +=
      /[A-Za-z0-9_.~-]/.test(character) || safe.includes(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
};
