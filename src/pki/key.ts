import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/**
 * P-256 for certificates: made in a millisecond, taken by every Kubernetes component. RSA where others read the key: the
 * service accounts' tokens are checked by outside services that know RS256 only.
 */
export type KeyKind = 'ecdsa-p256' | 'rsa-2048';

/** A new private key as PKCS#8 PEM, the form that Go's TLS, etcd and OpenSSL all read. */
export const makeKey = (kind: KeyKind = 'ecdsa-p256'): string => {
  const { privateKey } =
    kind === 'rsa-2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return pem(privateKey);
};

/** The public half of a private key, as PEM. Throws a TypeError where the text is no private key. */
export const publicKeyOf = (privateKey: string): string =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string;

/** Whether a certificate's public key belongs to a private key; false for anything that is not a key. */
export const keysMatch = (privateKey: string, publicKey: string): boolean => {
  try {
    const own = publicKeyOf(privateKey);
    // Most are written the same way already, which spares another key from being read.
    return own === publicKey || own === createPublicKey(publicKey).export({ type: 'spki', format: 'pem' });
  } catch {
    return false;
  }
};

/** A private key in PKCS#8, from whatever PEM form (SEC1, PKCS#1) another tool wrote. */
export const normalizeKey = (privateKey: string): string => pem(createPrivateKey(privateKey));

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;
