import { plugin } from '../plugin.ts';
import { stringMethods } from '../python/string-methods.ts';
import { toText } from '../python/text.ts';

/** Questions about the letters of a text. */
export const lower = plugin('', (_, value) => stringMethods.islower?.(toText(value), [], new Map()) ?? false);
export const upper = plugin('', (_, value) => stringMethods.isupper?.(toText(value), [], new Map()) ?? false);
export const escaped = plugin('', () => false);
