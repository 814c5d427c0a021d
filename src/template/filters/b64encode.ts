import { encode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { nodeEncoding } from './b64decode.ts';

export const b64encode = plugin("encoding='utf-8', urlsafe=False", (_, value, encoding, urlsafe) => {
  const name = toText(encoding);
  const bytes = /^utf-?8$/i.test(name)
    ? Buffer.from(encode(toText(value)))
    : Buffer.from(toText(value), nodeEncoding(name));
  const text = bytes.toString('base64');
  return truthy(urlsafe) ? text.replaceAll('+', '-').replaceAll('/', '_') : text;
});
