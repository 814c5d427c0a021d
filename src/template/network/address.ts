/** An IP address with the prefix that was written behind it, if any. */
export interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
  readonly prefix: number;
  /** Whether a prefix or a mask was written. */
  readonly hasPrefix: boolean;
}

export const widthOf = (version: 4 | 6): number => (version === 4 ? 32 : 128);

/** Reads `1.2.3.4`, `1.2.3.0/24`, `1.2.3.0/255.255.255.0`, `fe80::1/64`. JavaScript's undefined where it is none. */
export const parseAddress = (text: string): Address | undefined => {
  const [head = '', tail, ...more] = text.split('/');
  const version = head.includes(':') ? 6 : 4;
  const value = version === 6 ? parseSix(head) : parseFour(head);
  if (value === undefined || more.length > 0) return undefined;
  if (tail === undefined) return { version, value, prefix: widthOf(version), hasPrefix: false };
  const prefix = /^\d{1,3}$/.test(tail) ? Number(tail) : version === 4 ? maskLength(tail) : undefined;
  return prefix === undefined || prefix > widthOf(version) ? undefined : { version, value, prefix, hasPrefix: true };
};

const parseFour = (text: string): bigint | undefined => {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.some((byte) => byte > 255) ? undefined : bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
};

const parseSix = (text: string): bigint | undefined => {
  const four = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (four) {
    const low = parseFour(four[2] as string);
    return low === undefined
      ? undefined
      : parseSix(`${four[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = [...(left ?? []), ...(right ?? [])];
  if (given.some((group) => !/^[\da-fA-F]{1,4}$/.test(group))) return undefined;
  if (halves.length === 1 ? given.length !== 8 : given.length > 7) return undefined;
  const groups = [...(left ?? []), ...Array.from({ length: 8 - given.length }, () => '0'), ...(right ?? [])];
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
};

/** The prefix of a netmask or a host mask. */
const maskLength = (text: string): number | undefined => {
  const mask = parseFour(text);
  if (mask === undefined) return undefined;
  const bits = mask.toString(2).padStart(32, '0');
  if (/^1*0*$/.test(bits)) return bits.indexOf('0') < 0 ? 32 : bits.indexOf('0');
  return /^0*1*$/.test(bits) ? bits.indexOf('1') : undefined;
};

/** The text of an address: IPv6 in lower case, its longest run of zeros left out. */
export const formatValue = (value: bigint, version: 4 | 6): string => {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  if (value >> 32n === 0xffffn) return `::ffff:${formatValue(value & 0xffff_ffffn, 4)}`;
  const runs = [...groups.join(':').matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run);
  const longest = runs.sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return groups.join(':');
  const [before, after] = splitOnce(groups.join(':'), longest);
  return `${before}::${after.replace(/^:/, '')}`;
};

const splitOnce = (text: string, part: string): [string, string] => {
  const at = text.indexOf(part);
  return [text.slice(0, at), text.slice(at + part.length)];
};

const hostBits = ({ version, prefix }: Address): bigint => BigInt(widthOf(version) - prefix);

export const sizeOf = (address: Address): bigint => 1n << hostBits(address);
export const networkOf = (address: Address): bigint => (address.value >> hostBits(address)) << hostBits(address);
export const lastOf = (address: Address): bigint => networkOf(address) + sizeOf(address) - 1n;
export const netmaskOf = (address: Address): bigint => (1n << BigInt(widthOf(address.version))) - sizeOf(address);

/** Whether the whole of `inner` lies in `outer`. */
export const contains = (outer: Address, inner: Address): boolean =>
  outer.version === inner.version && networkOf(inner) >= networkOf(outer) && lastOf(inner) <= lastOf(outer);

const ranges = (texts: readonly string[]): readonly Address[] =>
  texts.map(parseAddress).filter((address) => address !== undefined);

const kinds = {
  private: ranges([
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '192.0.0.0/24',
    '198.18.0.0/15',
    'fc00::/7',
    'fec0::/10',
    '239.192.0.0/14',
  ]),
  loopback: ranges(['127.0.0.0/8', '::1/128']),
  'link-local': ranges(['169.254.0.0/16', 'fe80::/10']),
  multicast: ranges(['224.0.0.0/4', 'ff00::/8']),
  reserved: ranges([
    '240.0.0.0/4',
    '0.0.0.0/8',
    '192.0.2.0/24',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '2001:db8::/32',
    '::/128',
  ]),
} as const;

export type AddressKind = keyof typeof kinds;

export const isKind = (address: Address, kind: AddressKind): boolean => {
  const single = { ...address, prefix: widthOf(address.version) };
  return kinds[kind].some((range) => contains(range, single));
};

export const isPublic = (address: Address): boolean =>
  !isKind(address, 'private') &&
  !isKind(address, 'loopback') &&
  !isKind(address, 'link-local') &&
  !isKind(address, 'multicast') &&
  !isKind(address, 'reserved');
