import { decode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

/** Python's `unquote_plus`. */
export const urldecode = plugin('', (_, value) =>
  toText(value)
    .replaceAll('+', ' ')
    .replace(/(?:%[\da-fA-F]{2})+/g, (escapes) => decode(Buffer.from(escapes.replaceAll('%', ''), 'hex'))),
);
