import { createPrivateKey, type KeyObject, scryptSync } from 'node:crypto';
import { openSecretbox } from './secretbox.ts';

/** `cosign generate-key-pair` and `import-key-pair` write the first; those before cosign 2 wrote the second. */
const armour = /-----BEGIN ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY-----([^-]*)-----END ENCRYPTED \1 PRIVATE KEY-----/;

/** What scrypt may cost: cosign's own keys have N of 2¹⁵ and 2¹⁶, and a file of somebody else's must not take all memory. */
const costLimit = 2 ** 20;
const memoryLimit = 1024 * 1024 * 1024;

/** Whether this is a private key as cosign writes it, with its own encryption. */
export const isCosignKey = (pem: string): boolean => /BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY/.test(pem);

/**
 * Opens a private key as cosign writes it: JSON that names scrypt and NaCl's secretbox, in base64, around PKCS #8
 * (go-securesystemslib, "encrypted"). Undefined where the passphrase is wrong; throws where it is no such file.
 */
export const openCosignKey = (pem: string, passphrase: string): KeyObject | undefined => {
  const { kdf, cipher, ciphertext } = JSON.parse(
    Buffer.from(armour.exec(pem)?.[2] ?? '', 'base64').toString('utf8'),
  ) as Sealed;
  const { N, r, p } = kdf.params;
  const known = kdf.name === 'scrypt' && cipher.name === 'nacl/secretbox';
  if (!known || !(N <= costLimit && r <= 32 && p <= 16)) throw new Error('it is encrypted in another way');
  const key = scryptSync(passphrase, bytes(kdf.salt), 32, { N, r, p, maxmem: memoryLimit });
  const opened = openSecretbox(bytes(ciphertext), bytes(cipher.nonce), key);
  return opened && createPrivateKey({ key: opened, format: 'der', type: 'pkcs8' });
};

interface Sealed {
  readonly kdf: {
    readonly name: string;
    readonly params: { readonly N: number; readonly r: number; readonly p: number };
    readonly salt: string;
  };
  readonly cipher: { readonly name: string; readonly nonce: string };
  readonly ciphertext: string;
}

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
