import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

export const string = plugin('', (_, value) => toText(value));
