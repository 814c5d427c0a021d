import { plugin } from '../plugin.ts';
import { compileRegex } from '../python/regex.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

const matches = (value: Value, pattern: Value, ignorecase: Value, multiline: Value, how: Value): boolean => {
  const regex = compileRegex(toText(pattern), { ignoreCase: truthy(ignorecase), multiline: truthy(multiline) });
  const text = toText(value);
  const found = regex.exec(text);
  if (how === 'search') return found !== null;
  // The leftmost match is at the beginning where there is one at the beginning.
  if (how === 'match') return found?.index === 0;
  if (how !== 'fullmatch') throw new TemplateError("match_type must be 'search', 'match' or 'fullmatch'");
  return new RegExp(`^(?:${regex.source})$`, regex.flags.replace('g', '')).test(text);
};

/** Somewhere in the text, at its beginning, or as `match_type` says. */
export const search = plugin('pattern, ignorecase=False, multiline=False', (_, value, pattern, ignorecase, multiline) =>
  matches(value, pattern, ignorecase, multiline, 'search'),
);
export const match = plugin('pattern, ignorecase=False, multiline=False', (_, value, pattern, ignorecase, multiline) =>
  matches(value, pattern, ignorecase, multiline, 'match'),
);
export const regex = plugin(
  "pattern, ignorecase=False, multiline=False, match_type='search'",
  (_, value, pattern, ignorecase, multiline, how) => matches(value, pattern, ignorecase, multiline, how),
);
