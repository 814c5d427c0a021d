import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

/** Jinja2's own: a word begins behind white space, a hyphen or an opening bracket, not behind an apostrophe. */
export const title = plugin('', (_, value) =>
  toText(value)
    .split(/([-\s({[<]+)/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join(''),
);
