import { plugin } from '../plugin.ts';
import { stringMethods } from '../python/string-methods.ts';
import { toText } from '../python/text.ts';

export const capitalize = plugin('', (_, value) => stringMethods.capitalize?.(toText(value), [], new Map()) ?? '');
