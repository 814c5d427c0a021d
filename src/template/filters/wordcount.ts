import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

export const wordcount = plugin('', (_, value) => toText(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0);
