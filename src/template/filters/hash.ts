import { createHash, getHashes } from 'node:crypto';
import { encode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';

/** The hexadecimal digest of a text. */
export const digest = (text: string, algorithm: string): string =>
  createHash(algorithm).update(encode(text)).digest('hex');

const nodeName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^sha3_/, 'sha3-')
    .replace(/^blake2([bs])$/, (_, kind) => `blake2${kind}${kind === 'b' ? 512 : 256}`);

export const hash = plugin("hashtype='sha1'", (_, value, type) => {
  const name = nodeName(toText(type));
  if (!getHashes().includes(name)) throw new TemplateError(`there is no hash '${toText(type)}'`);
  return digest(toText(value), name);
});
export const md5 = plugin('', (_, value) => digest(toText(value), 'md5'));
export const sha1 = plugin('', (_, value) => digest(toText(value), 'sha1'));
/** The SHA-1, which `stat` and `copy` call a checksum. */
export const checksum = plugin('', (_, value) => digest(toText(value), 'sha1'));
