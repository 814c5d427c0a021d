import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

export const upper = plugin('', (_, value) => toText(value).toUpperCase());
