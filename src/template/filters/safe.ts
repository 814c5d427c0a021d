import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

/** Nothing is escaped by itself here, so this only makes a string. */
export const safe = plugin('', (_, value) => toText(value));
