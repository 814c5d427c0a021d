import { createHash, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readPublicKey } from '../oci/signature.ts';
import { UserError } from '../util/diagnostic.ts';

/** The key in a file. Throws a UserError where there is none. */
export const publicKeyIn = async (file: string): Promise<KeyObject> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError({ severity: 'error', message: `the key ${file} cannot be read: ${why(error)}` });
  });
  return readPublicKey(text, file);
};

/** A key by its content, however its file is written: the SHA-256 of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). */
export const fingerprintOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');

const why = ({ code }: NodeJS.ErrnoException): string | undefined =>
  code === 'ENOENT' ? 'there is no such file' : code;
