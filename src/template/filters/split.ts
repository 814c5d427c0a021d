import { plugin } from '../plugin.ts';
import { stringMethods } from '../python/string-methods.ts';
import { toText } from '../python/text.ts';

/** Python's `str.split`. */
export const split = plugin(
  'sep=None, maxsplit=-1',
  (_, value, separator, limit) => stringMethods.split?.(toText(value), [separator, limit], new Map()) ?? [],
);
