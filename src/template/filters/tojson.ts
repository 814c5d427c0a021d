import { dumpJson } from '../json/dump.ts';
import { plugin } from '../plugin.ts';
import { jsonOptions } from './to_json.ts';

/** Jinja2's own: keys in order, and safe inside HTML. */
export const tojson = plugin('indent=None', (_, value, indent) =>
  dumpJson(value, jsonOptions(new Map(), indent, true)).replace(
    /[<>&']/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
);
