import { plugin } from '../plugin.ts';
import { strip } from '../python/string-methods.ts';
import { toText } from '../python/text.ts';

export const trim = plugin('chars=None', (_, value, characters) => strip(toText(value), characters, true, true));
