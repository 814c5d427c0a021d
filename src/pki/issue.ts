import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';
import { type CertificateRequest, normalized, type Usage } from './certificate.ts';
import { makeKey, normalizeKey } from './key.ts';

/** A certificate and its private key, both PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

const day = 86_400_000;

/** Clocks of hosts differ: a certificate is valid from five minutes before it was made, as kubeadm's are. */
const backdate = 300_000;

/** A self-signed certificate authority with a key of its own; ten years unless told otherwise. */
export const makeAuthority = async (commonName: string, { days = 3650, key = makeKey() } = {}): Promise<Pair> => {
  const x509 = await library();
  const keys = await importPair(key);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...terms(days),
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: signingAlgorithm(keys.privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key };
};

/** A leaf certificate signed by `authority`; one year unless told otherwise, never longer than the authority's own. */
export const issue = async (
  authority: Pair,
  request: CertificateRequest,
  { days = 365, key = makeKey() }: { readonly days?: number; readonly key?: string } = {},
): Promise<Pair> => {
  const x509 = await library();
  const signer = await importPair(authority.key);
  const subject = await importPair(key);
  const issuer = new x509.X509Certificate(authority.certificate);
  const { notBefore, notAfter, serialNumber } = terms(days);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    notBefore,
    notAfter: notAfter > issuer.notAfter ? issuer.notAfter : notAfter,
    subject: [
      ...(request.organizations ?? []).map((organization) => ({ O: [organization] })),
      { CN: [request.commonName] },
    ],
    issuer: issuer.subject,
    publicKey: subject.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: signingAlgorithm(signer.privateKey),
    extensions: leafExtensions(x509, request, await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey)),
  });
  return { certificate: `${certificate.toString('pem')}\n`, key };
};

const leafExtensions = (
  x509: typeof X509,
  request: CertificateRequest,
  authority: X509.Extension,
): X509.Extension[] => {
  const oid: Record<Usage, string> = {
    server: x509.ExtendedKeyUsage.serverAuth,
    client: x509.ExtendedKeyUsage.clientAuth,
  };
  const names = normalized(request.alternativeNames ?? []);
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
    new x509.ExtendedKeyUsageExtension(request.usages.map((usage) => oid[usage])),
    authority,
    ...(names.length > 0
      ? [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value })))]
      : []),
  ];
};

const terms = (days: number) => {
  const now = Date.now();
  // RFC 5280 §4.1.2.2: positive and at most 20 octets; the first bit stays clear.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  return {
    serialNumber: serial.toString('hex'),
    notBefore: new Date(now - backdate),
    notAfter: new Date(now + days * day),
  };
};

/** The library reads decorators' metadata while it loads, and is a fifth of a second to load: only when something is made. */
const library = async (): Promise<typeof X509> => {
  await import('reflect-metadata');
  return import('@peculiar/x509');
};

const importPair = async (pem: string): Promise<CryptoKeyPair> => {
  const key = createPrivateKey(normalizeKey(pem));
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : {
          name: 'ECDSA',
          namedCurve: curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? unsupported(key.asymmetricKeyType),
        };
  const [pkcs8, spki] = [
    key.export({ type: 'pkcs8', format: 'der' }),
    createPublicKey(pem).export({ type: 'spki', format: 'der' }),
  ];
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  } as CryptoKeyPair;
};

const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

const unsupported = (kind: string | undefined): never => {
  throw new Error(
    `a ${kind ?? 'private'} key of this kind cannot sign certificates here: use RSA, P-256, P-384 or P-521`,
  );
};

const signingAlgorithm = (key: CryptoKey) =>
  key.algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

type CryptoKeyPair = webcrypto.CryptoKeyPair;
type CryptoKey = webcrypto.CryptoKey;
