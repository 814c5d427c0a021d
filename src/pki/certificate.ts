import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

export type Usage = 'server' | 'client';

/** What a certificate should say; what `issue.ts` makes and `differences` compares. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[] | undefined;
  readonly usages: readonly Usage[];
  /** DNS names and addresses, as a person writes them; addresses are told apart by their form. */
  readonly alternativeNames?: readonly string[] | undefined;
}

/** A certificate, read. */
export interface Certificate extends CertificateRequest {
  readonly pem: string;
  readonly organizations: readonly string[];
  readonly alternativeNames: readonly string[];
  readonly issuer: string;
  readonly isAuthority: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 over the DER form, lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly publicKey: string;
}

const usageNames: Readonly<Record<string, Usage>> = { '1.3.6.1.5.5.7.3.1': 'server', '1.3.6.1.5.5.7.3.2': 'client' };

/** One run holds its few certificates against each other many times, and reading one takes milliseconds. */
const rememberedAtMost = 200;

const remembered = <T>(make: (pem: string) => T): ((pem: string) => T) => {
  const made = new Map<string, T>();
  return (pem) => {
    let one = made.get(pem);
    if (one === undefined) {
      one = make(pem);
      if (made.size < rememberedAtMost) made.set(pem, one);
    }
    return one;
  };
};

const parse = remembered((pem: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new Error('this is not a certificate in PEM form', { cause });
  }
});

/** Reads the first certificate of a PEM text. Throws an Error that says so where there is none. */
export const readCertificate: (pem: string) => Certificate = remembered((pem) => {
  const parsed = parse(pem);
  const subject = attributes(parsed.subject);
  return {
    pem,
    commonName: subject.get('CN')?.[0] ?? '',
    organizations: subject.get('O') ?? [],
    usages: (parsed.keyUsage ?? []).flatMap((oid) => usageNames[oid] ?? []),
    alternativeNames: alternativeNames(parsed.subjectAltName),
    issuer: attributes(parsed.issuer).get('CN')?.[0] ?? '',
    isAuthority: parsed.ca,
    notBefore: new Date(parsed.validFrom),
    notAfter: new Date(parsed.validTo),
    fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase(),
    publicKey: parsed.publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
});

/** Whether `authority` signed `certificate`: by name and by signature, not by name alone. */
export const isSignedBy = (certificate: string, authority: string): boolean => {
  const [leaf, issuer] = [parse(certificate), parse(authority)];
  return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
};

/**
 * Why a certificate must be made anew, each reason a phrase for a user; empty when it can stay. It must be signed by
 * `authority`, say what `wanted` says, and be valid at `now` and for `renewBeforeDays` more.
 */
export const reasonsToRenew = (
  pem: string,
  wanted: CertificateRequest,
  authority: string,
  { now = new Date(), renewBeforeDays = 30 }: { readonly now?: Date; readonly renewBeforeDays?: number } = {},
): string[] => {
  const found = readCertificate(pem);
  const daysLeft = Math.floor((found.notAfter.getTime() - now.getTime()) / 86_400_000);
  const missing = normalized(wanted.alternativeNames ?? []).filter((name) => !found.alternativeNames.includes(name));
  return [
    !isSignedBy(pem, authority) && 'signed by another authority',
    daysLeft < 0 && `expired ${-daysLeft} days ago`,
    daysLeft >= 0 && daysLeft < renewBeforeDays && `expires in ${daysLeft} days`,
    found.notBefore > now && `not valid before ${found.notBefore.toISOString()}`,
    found.commonName !== wanted.commonName && `issued to ${found.commonName}, not ${wanted.commonName}`,
    !sameSet(found.organizations, wanted.organizations ?? []) &&
      `organization ${found.organizations.join(', ') || 'none'}, not ${wanted.organizations?.join(', ') || 'none'}`,
    !sameSet(found.usages, wanted.usages) && `for ${found.usages.join(' and ')}, not ${wanted.usages.join(' and ')}`,
    missing.length > 0 && `without the name ${missing.join(', ')}`,
  ].filter((reason) => reason !== false);
};

/** One spelling per name: lower case for DNS names, the shortest form for IPv6 addresses. */
export const normalized = (names: readonly string[]): string[] => [
  ...new Set(names.map((name) => (isIP(name) === 6 ? shortestIPv6(name) : name.toLowerCase()))),
];

const attributes = (name: string): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (const line of name.split('\n')) {
    const at = line.indexOf('=');
    const key = line.slice(0, at);
    found.set(key, [...(found.get(key) ?? []), unescaped(line.slice(at + 1))]);
  }
  return found;
};

/** Node prints names with RFC 2253's escapes: `\\,` for a comma, `\\0A` for a byte. */
const unescaped = (value: string): string =>
  value.replace(/\\([0-9A-F]{2})|\\(.)/g, (_, hex, character) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : character,
  );

const alternativeNames = (text: string | undefined): string[] =>
  normalized(
    (text ?? '')
      .split(/, (?=DNS:|IP Address:|URI:|email:)/)
      .flatMap((part) => /^(?:DNS|IP Address):(.*)$/.exec(part)?.[1] ?? []),
  );

const shortestIPv6 = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((entry) => b.includes(entry));
