import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { UserError } from '../util/diagnostic.ts';
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
  return { payload, signature: sign(hashFor(key), payload, key).toString('base64') };
};

/**
 * Whether a signature is this key's, and for this digest: a good signature of another digest is none. The payload is read
 * only after the key has been found to stand for it.
 */
export const isSigned = ({ payload, signature }: Signature, digest: Digest, key: KeyObject): boolean => {
  if (!verify(hashFor(key), payload, key, Buffer.from(signature, 'base64'))) return false;
  try {
    const { critical } = JSON.parse(payload.toString('utf8')) as {
      critical?: { type?: unknown; image?: { 'docker-manifest-digest'?: unknown } };
    };
    return critical?.type === payloadType && critical.image?.['docker-manifest-digest'] === digest;
  } catch {
    return false;
  }
};

/** Reads a public key: `cosign.pub`, or any in PEM. Throws a UserError where the text is none. */
export const readPublicKey = (pem: string, file: string): KeyObject => {
  if (/PRIVATE KEY/.test(pem)) throw wrong(`${file} is a private key, and a public one is wanted`);
  return known(file, () => createPublicKey(pem), 'a public key in PEM');
};

/** Reads a private key in PEM, encrypted or not. Throws a UserError where it is none, or the passphrase is wrong. */
export const readPrivateKey = (pem: string, file: string, passphrase = ''): KeyObject => {
  if (/ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY/.test(pem))
    throw wrong(
      `${file} is encrypted in a way that is cosign's own`,
      'make a key with openssl (genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256); cosign takes it with import-key-pair',
    );
  return known(
    file,
    () => createPrivateKey({ key: pem, passphrase }),
    'a private key in PEM, or its passphrase is wrong',
  );
};

const known = (file: string, read: () => KeyObject, what: string): KeyObject => {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    // The parser's own message may show what it read.
    throw wrong(`${file} is not ${what}`);
  }
  if (!['ec', 'rsa', 'ed25519'].includes(key.asymmetricKeyType ?? ''))
    throw wrong(`${file} is a key of the kind ${key.asymmetricKeyType}; cosign signs with ECDSA, RSA and Ed25519`);
  return key;
};

/** Ed25519 has its own; with all others cosign uses SHA-256, whatever the curve. */
const hashFor = (key: KeyObject): string | null => (key.asymmetricKeyType === 'ed25519' ? null : 'sha256');

const wrong = (message: string, hint?: string): UserError => new UserError({ severity: 'error', message, hint });
