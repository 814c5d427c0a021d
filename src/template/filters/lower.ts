import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

export const lower = plugin('', (_, value) => toText(value).toLowerCase());
