import { plugin } from '../plugin.ts';
import { compileRegex } from '../python/regex.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { Tuple } from '../values.ts';

/** All matches: the whole ones, those of the one group, or tuples of the groups, as Python's `re.findall`. */
export const regex_findall = plugin(
  'regex, multiline=False, ignorecase=False',
  (_, value, regex, multiline, ignorecase) => {
    const flags = { ignoreCase: truthy(ignorecase), multiline: truthy(multiline) };
    return Array.from(toText(value).matchAll(compileRegex(toText(regex), flags)), ([whole, ...groups]) => {
      const texts = groups.map((group) => group ?? '');
      return texts.length === 0 ? whole : texts.length === 1 ? (texts[0] as string) : (Tuple.from(texts) as Tuple);
    });
  },
);
