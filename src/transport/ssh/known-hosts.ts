import { createHash, createHmac } from 'node:crypto';

/** One line of a known_hosts file, as sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT", tells it. */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  readonly hosts: string;
  readonly keyType: string;
  readonly key: Buffer;
  readonly file: string;
  readonly line: number;
}

export interface HostKey {
  /** As the key itself says it: `ssh-ed25519`, `ssh-rsa` … */
  readonly type: string;
  readonly blob: Buffer;
}

export type Verdict =
  | { readonly is: 'known' }
  | { readonly is: 'unknown' }
  /** Another key of that type is known for the host, or no key of that type but others. */
  | { readonly is: 'changed' | 'revoked'; readonly entry: KnownHost };

export const parseKnownHosts = (text: string, file: string): KnownHost[] =>
  text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === '' || words[0]?.startsWith('#')) return [];
    const marker = words[0]?.startsWith('@') ? words.shift()?.slice(1) : undefined;
    const [hosts, keyType, key] = words;
    if (!hosts || !keyType || !key || (marker && marker !== 'revoked' && marker !== 'cert-authority')) return [];
    const blob = Buffer.from(key, 'base64');
    return [{ marker: marker as KnownHost['marker'], hosts, keyType, key: blob, file, line: index + 1 }];
  });

/** The name that a host has in known_hosts. */
export const hostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/** Whether a line's first field covers a name: hashed, or patterns with `*`, `?` and, to take out, `!`. */
export const coversHost = (hosts: string, name: string): boolean => {
  if (hosts.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = hosts.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  let covered = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!wildcard(negated ? pattern.slice(1) : pattern).test(name)) continue;
    if (negated) return false;
    covered = true;
  }
  return covered;
};

/**
 * What is known of a key that a host shows. As ssh does, a host on another port than 22 is also known by a line without a
 * port, if that line has this very key. A `@cert-authority` line vouches for certificates only, never for a plain key.
 */
export const judge = (entries: readonly KnownHost[], host: string, port: number, key: HostKey): Verdict => {
  const lines = linesFor(entries, host, port);
  const same = (entry: KnownHost): boolean => entry.key.equals(key.blob);
  const revoked = entries.find((e) => e.marker === 'revoked' && same(e) && coversEither(e, host, port));
  if (revoked) return { is: 'revoked', entry: revoked };
  if (lines.some(same)) return { is: 'known' };
  if (port !== 22 && linesFor(entries, host, 22).some(same)) return { is: 'known' };
  const other = lines.find((entry) => entry.keyType === key.type) ?? lines[0];
  return other ? { is: 'changed', entry: other } : { is: 'unknown' };
};

/** The types of key that are known for a host: to ask it for one of these first, as it may have several. */
export const knownTypes = (entries: readonly KnownHost[], host: string, port: number): string[] => [
  ...new Set([...linesFor(entries, host, port), ...linesFor(entries, host, 22)].map(({ keyType }) => keyType)),
];

export const hasAuthority = (entries: readonly KnownHost[], host: string, port: number): boolean =>
  entries.some((entry) => entry.marker === 'cert-authority' && coversHost(entry.hosts, hostName(host, port)));

/** As `ssh-keygen -l` prints it. */
export const fingerprint = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

const linesFor = (entries: readonly KnownHost[], host: string, port: number): KnownHost[] =>
  entries.filter((entry) => entry.marker === undefined && coversHost(entry.hosts, hostName(host, port)));

const coversEither = (entry: KnownHost, host: string, port: number): boolean =>
  coversHost(entry.hosts, hostName(host, port)) || coversHost(entry.hosts, hostName(host, 22));

const wildcard = (pattern: string): RegExp => {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
};
