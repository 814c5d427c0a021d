import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { Digest } from './digest.ts';
import { isSignedBytes, signBytes } from './signature.ts';

/** Media type of a bundle, which is the type of the artifact that carries it too (sigstore's protobuf-specs). */
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** Any version of it: what is read here is the same in all. */
export const isBundleType = (mediaType: string): boolean =>
  /^application\/vnd\.dev\.sigstore\.bundle(?:\.v[\d.]+)?\+json(?:;version=[\d.]+)?$/.test(mediaType);

/** What is said about a digest by a signature: that somebody signed it, and no more. */
export const signedPredicate = 'https://sigstore.dev/cosign/sign/v1';

const payloadType = 'application/vnd.in-toto+json';
const statementType = 'https://in-toto.io/Statement/v1';

/**
 * Signs a manifest's digest as `cosign sign --new-bundle-format` does: a statement of in-toto in an envelope (DSSE 1.0), in a
 * bundle of sigstore that names the key by its hash.
 */
export const makeBundle = (digest: Digest, key: KeyObject): Buffer => {
  const [algorithm = '', hex] = digest.split(':');
  const statement = {
    _type: statementType,
    subject: [{ digest: { [algorithm]: hex } }],
    predicateType: signedPredicate,
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return Buffer.from(
    JSON.stringify({
      mediaType: bundleType,
      verificationMaterial: { publicKey: { hint: createHash('sha256').update(spki).digest('base64') } },
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType,
        signatures: [{ sig: signBytes(encoded(payload), key).toString('base64') }],
      },
    }),
  );
};

/**
 * Whether a bundle is this key's signature of this digest. What else the same key has stated of it (where it came from, what
 * is in it) is no signature.
 */
export const isBundleSigned = (bundle: Buffer, digest: Digest, key: KeyObject): boolean => {
  try {
    const { dsseEnvelope: envelope } = JSON.parse(bundle.toString('utf8')) as { dsseEnvelope: Envelope };
    if (envelope.payloadType !== payloadType) return false;
    const payload = Buffer.from(envelope.payload, 'base64');
    const good = envelope.signatures
      .slice(0, 10)
      .some(({ sig }) => isSignedBytes(encoded(payload), Buffer.from(sig, 'base64'), key));
    if (!good) return false;
    const { _type, subject, predicateType } = JSON.parse(payload.toString('utf8')) as Statement;
    const [algorithm = '', hex] = digest.split(':');
    return (
      _type === statementType &&
      predicateType === signedPredicate &&
      subject.some((one) => Object.hasOwn(one.digest, algorithm) && one.digest[algorithm] === hex)
    );
  } catch {
    // Somebody put something else there.
    return false;
  }
};

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly sig: string }[];
}

interface Statement {
  readonly _type: string;
  readonly subject: readonly { readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: string;
}

/** What is signed in an envelope: the payload with its type, each behind its length (DSSE 1.0, "Signature Definition"). */
const encoded = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
