import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { replaceIn } from '../python/string-search.ts';
import { toText } from '../python/text.ts';

export const replace = plugin('old, new, count=None', (_, value, from, to, count) =>
  replaceIn(toText(value), toText(from), toText(to), count === null ? -1 : asInteger(count, 'count')),
);
