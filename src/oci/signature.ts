import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { UserError } from '../util/diagnostic.ts';
import { isCosignKey, openCosignKey } from './cosign-key.ts';
import type { Digest } from './digest.ts';

/** A signature as cosign makes it: the bytes that were signed, and what the key made of them. */
export interface Signature {
  readonly payload: Buffer;
  /** Base64. */
  readonly signature: string;
}

/** What cosign's payloads say that they are. */
const payloadType = 'cosign container image signature';

/** Signs a manifest's digest with a private key, as `cosign sign --key` does (SIGNATURE_SPEC.md, "Simple Signing"). */
export const signDigest = (digest: Digest, reference: string, key: KeyObject): Signature => {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': reference },
        image: { 'docker-manifest-digest': digest },
        type: payloadType,
      },
      optional: null,
    }),
  );
  return { payload, signature: signBytes(payload, key).toString('base64') };
};

/**
 * Whether a signature is this key's, and for this digest: a good signature of another digest is none. The payload is read
 * only after the key has been found to stand for it.
 */
export const isSigned = ({ payload, signature }: Signature, digest: Digest, key: KeyObject): boolean => {
  if (!isSignedBytes(payload, Buffer.from(signature, 'base64'), key)) return false;
  try {
    const { critical } = JSON.parse(payload.toString('utf8')) as {
      critical?: { type?: unknown; image?: { 'docker-manifest-digest'?: unknown } };
    };
    return critical?.type === payloadType && critical.image?.['docker-manifest-digest'] === digest;
  } catch {
    return false;
  }
};

/** A signature with the hash that `cosign verify` expects unless it is told another: SHA-256, whatever the curve. */
export const signBytes = (bytes: Buffer, key: KeyObject): Buffer => sign(hashesFor(key)[0] as Hash, bytes, key);

/** Whether a signature is this key's, with any of the hashes that cosign signs with. */
export const isSignedBytes = (bytes: Buffer, signature: Buffer, key: KeyObject): boolean =>
  hashesFor(key).some((hash) => verify(hash, bytes, key, signature));

/** Reads a public key: `cosign.pub`, or any in PEM. Throws a UserError where the text is none. */
export const readPublicKey = (pem: string, file: string): KeyObject => {
  if (/PRIVATE KEY/.test(pem)) throw wrong(`${file} is a private key, and a public one is wanted`);
  return known(file, () => createPublicKey(pem), 'a public key in PEM');
};

/**
 * Reads a private key: `cosign.key`, or any in PEM, encrypted or not. Throws a UserError where it is none, or the passphrase
 * is missing or wrong.
 */
export const readPrivateKey = (pem: string, file: string, passphrase?: string): KeyObject => {
  const kind = "a private key in cosign's form or in PEM";
  const locked = isCosignKey(pem) || /ENCRYPTED/.test(pem);
  if (locked && passphrase === undefined)
    throw wrong(`${file} is locked with a passphrase, and none is given`, 'set COSIGN_PASSWORD to it');
  const read = (): KeyObject | undefined =>
    isCosignKey(pem) ? openCosignKey(pem, passphrase ?? '') : openPem(pem, passphrase ?? '');
  const key = known(file, read, kind);
  if (!key)
    throw wrong(`${file} is not opened by this passphrase`, 'COSIGN_PASSWORD must be the one that it was made with');
  return key;
};

const openPem = (pem: string, passphrase: string): KeyObject | undefined => {
  try {
    return createPrivateKey({ key: pem, passphrase });
  } catch (error) {
    // OpenSSL's words for a passphrase that does not fit; that a key has another form is said in others.
    if (/bad decrypt|BAD_DECRYPT|bad password/i.test(String(error))) return undefined;
    throw error;
  }
};

const known = <Key extends KeyObject | undefined>(file: string, read: () => Key, what: string): Key => {
  let key: Key;
  try {
    key = read();
  } catch {
    // The parser's own message may show what it read.
    throw wrong(`${file} is not ${what}`);
  }
  if (key && !['ec', 'rsa', 'ed25519'].includes(key.asymmetricKeyType ?? ''))
    throw wrong(`${file} is a key of the kind ${key.asymmetricKeyType}; cosign signs with ECDSA, RSA and Ed25519`);
  return key;
};

type Hash = 'sha256' | 'sha384' | 'sha512' | null;

/** Ed25519 has its own. cosign since 2.6 signs with what fits the curve, and verifies with SHA-256. */
const hashesFor = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly Hash[] => {
  if (asymmetricKeyType === 'ed25519') return [null];
  const own = ({ secp384r1: 'sha384', secp521r1: 'sha512' } as const)[asymmetricKeyDetails?.namedCurve ?? ''];
  return own ? ['sha256', own] : ['sha256'];
};

const wrong = (message: string, hint?: string): UserError => new UserError({ severity: 'error', message, hint });
