import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readPublicKey } from '../oci/signature.ts';
import { UserError } from '../util/diagnostic.ts';

/** The variable that names the public key (cosign.pub) without whose signature nothing is brought from a registry. */
export const trustVariable = 'K8S_BM_COSIGN_KEY';

/** The key in a file. Throws a UserError where there is none. */
export const publicKeyIn = async (file: string): Promise<KeyObject> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError({ severity: 'error', message: `the key ${file} cannot be read: ${error.code}` });
  });
  return readPublicKey(text, file);
};
