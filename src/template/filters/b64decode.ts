import { decode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

export const b64decode = plugin("encoding='utf-8', urlsafe=False", (_, value, encoding) => {
  const bytes = Buffer.from(toText(value), 'base64');
  return /^utf-?8$/i.test(toText(encoding)) ? decode(bytes) : bytes.toString(nodeEncoding(toText(encoding)));
});

/** Node's name for an encoding that Python knows. */
export const nodeEncoding = (name: string): BufferEncoding => {
  if (/^utf-?16(-?le)?$/i.test(name)) return 'utf16le';
  if (/^(latin-?1|iso-?8859-?1)$/i.test(name)) return 'latin1';
  return /^(us-)?ascii$/i.test(name) ? 'ascii' : 'utf8';
};
