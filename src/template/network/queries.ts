import { toInteger } from '../python/arithmetic.ts';
import type { Value } from '../values.ts';
import {
  type Address,
  type AddressKind,
  formatValue,
  isKind,
  isPublic,
  lastOf,
  netmaskOf,
  networkOf,
  sizeOf,
  widthOf,
} from './address.ts';

type Query = (address: Address) => Value | undefined;

const text = ({ version }: Address, value: bigint): string => formatValue(value, version);
const ip = (address: Address): string => text(address, address.value);
const withPrefix = (address: Address): string => `${ip(address)}/${address.prefix}`;
const whole = (address: Address): string => (address.hasPrefix ? withPrefix(address) : ip(address));
const isSingle = (address: Address): boolean => sizeOf(address) === 1n;
const isNetwork = (address: Address): boolean => !isSingle(address) && address.value === networkOf(address);
const hostmask = (address: Address): string => text(address, sizeOf(address) - 1n);
const netmask = (address: Address): string => text(address, netmaskOf(address));
const subnet = (address: Address): string => `${text(address, networkOf(address))}/${address.prefix}`;

const address: Query = (a) => (isNetwork(a) ? undefined : ip(a));
const network: Query = (a) => (isSingle(a) ? undefined : text(a, networkOf(a)));
const gateway: Query = (a) => (isSingle(a) || isNetwork(a) ? undefined : withPrefix(a));
const host: Query = (a) => (isNetwork(a) ? undefined : withPrefix(a));
const when =
  (kind: AddressKind): Query =>
  (a) =>
    isKind(a, kind) ? whole(a) : undefined;

/** The first or last address of a network that a host may have: all of two, else neither its own nor the broadcast one. */
const usable = (a: Address, last: boolean): bigint | undefined => {
  const size = sizeOf(a);
  if (size === 1n) return undefined;
  const edge = size > 2n ? 1n : 0n;
  return last ? lastOf(a) - edge : networkOf(a) + edge;
};

const reverse = (a: Address): string => {
  const digits = a.version === 4 ? ip(a).split('.') : [...a.value.toString(16).padStart(32, '0')];
  return `${digits.reverse().join('.')}.${a.version === 4 ? 'in-addr' : 'ip6'}.arpa.`;
};

/** What can be asked of an address; undefined where it has no such thing. */
export const ipQueries: Readonly<Record<string, Query>> = {
  '': whole,
  '6to4': (a) =>
    a.version === 4 && isPublic(a) ? `${formatValue((0x2002n << 112n) + (a.value << 80n) + 1n, 6)}/48` : undefined,
  address,
  'address/prefix': gateway,
  bool: () => true,
  broadcast: (a) => (sizeOf(a) > 2n ? text(a, lastOf(a)) : undefined),
  cidr: whole,
  first_usable: (a) => at(a, usable(a, false)),
  gateway,
  gw: gateway,
  host,
  'host/prefix': host,
  hostmask,
  hostnet: gateway,
  int: (a) => (a.hasPrefix ? `${a.value}/${a.prefix}` : toInteger(a.value)),
  ip: address,
  'ip/prefix': gateway,
  ip_netmask: (a) => (isNetwork(a) ? undefined : `${ip(a)} ${netmask(a)}`),
  ip_wildcard: (a) => (isNetwork(a) ? undefined : `${ip(a)} ${hostmask(a)}`),
  ipv4: (a) => (a.version === 4 ? whole(a) : undefined),
  ipv6: (a) => (a.version === 6 ? whole(a) : undefined),
  last_usable: (a) => at(a, usable(a, true)),
  'link-local': when('link-local'),
  lo: when('loopback'),
  loopback: when('loopback'),
  multicast: when('multicast'),
  net: (a) => (isNetwork(a) ? subnet(a) : undefined),
  netmask,
  network,
  'network/prefix': subnet,
  network_id: network,
  network_netmask: (a) => (isSingle(a) ? undefined : `${text(a, networkOf(a))} ${netmask(a)}`),
  network_wildcard: (a) => (isSingle(a) ? undefined : `${text(a, networkOf(a))} ${hostmask(a)}`),
  next_usable: (a) => {
    const last = usable(a, true);
    return last !== undefined && a.value < last ? text(a, a.value + 1n) : undefined;
  },
  peer: (a) => {
    if (widthOf(a.version) - a.prefix === 1) return text(a, a.value ^ 1n);
    return widthOf(a.version) - a.prefix === 2 && !isNetwork(a) ? text(a, a.value ^ 3n) : undefined;
  },
  prefix: (a) => a.prefix,
  previous_usable: (a) => {
    const first = usable(a, false);
    return first !== undefined && a.value > first ? text(a, a.value - 1n) : undefined;
  },
  private: when('private'),
  public: (a) => (isPublic(a) ? whole(a) : undefined),
  range_usable: (a) => {
    const [first, last] = [usable(a, false), usable(a, true)];
    return first === undefined || last === undefined ? undefined : `${text(a, first)}-${text(a, last)}`;
  },
  revdns: reverse,
  router: gateway,
  size: (a) => toInteger(sizeOf(a)),
  size_usable: (a) => toInteger(sizeOf(a) === 1n ? 0n : sizeOf(a) === 2n ? 2n : sizeOf(a) - 2n),
  subnet,
  type: (a) => (isNetwork(a) ? 'network' : 'address'),
  unicast: (a) => (isKind(a, 'multicast') ? undefined : whole(a)),
  v4: (a) => (a.version === 4 ? whole(a) : undefined),
  v6: (a) => (a.version === 6 ? whole(a) : undefined),
  version: (a) => a.version,
  wildcard: hostmask,
  wrap: (a) => (a.version === 6 ? (a.hasPrefix ? `[${ip(a)}]/${a.prefix}` : `[${ip(a)}]`) : whole(a)),
};

const at = (a: Address, value: bigint | undefined): string | undefined =>
  value === undefined ? undefined : text(a, value);
