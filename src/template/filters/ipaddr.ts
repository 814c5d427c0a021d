import { type Address, contains, formatValue, parseAddress, widthOf } from '../network/address.ts';
import { ipQueries } from '../network/queries.ts';
import { plugin } from '../plugin.ts';
import { toInteger } from '../python/arithmetic.ts';
import { numeric } from '../python/equality.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** The address of a text or a number, in one of the versions if one is wanted. */
export const readAddress = (value: Value, version: Value = false): Address | undefined => {
  if (typeof value === 'boolean' || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? BigInt(value) : numeric(value);
  const found = number === undefined ? parseAddress(toText(value)) : fromNumber(BigInt(number));
  return found && (version === false || version === null || Number(version) === found.version) ? found : undefined;
};

const fromNumber = (value: bigint): Address | undefined => {
  if (value < 0n || value >= 1n << 128n) return undefined;
  const version = value < 1n << 32n ? 4 : 6;
  return { version, value, prefix: widthOf(version), hasPrefix: false };
};

/** What a query makes of one address; false where it does not hold. */
const ask = (value: Value, query: string, version: Value, alias: string): Value => {
  const address = readAddress(value, version);
  if (!address) return false;
  if (/^-?\d+$/.test(query)) return nth(address, BigInt(query));
  const named = ipQueries[query];
  if (named) return named(address) ?? false;
  const network = parseAddress(query);
  if (!network)
    throw new TemplateError(`${alias} has no query '${query}'`, {
      hint: `it has ${Object.keys(ipQueries).filter(Boolean).join(', ')}`,
    });
  return contains(network, address) ? toText(value) : false;
};

/** The address at a place of the network, from its end where the number is below zero. */
const nth = (address: Address, index: bigint): Value => {
  const size = 1n << BigInt(widthOf(address.version) - address.prefix);
  if (size === 1n || index >= size || index < -size) return false;
  const network = (address.value / size) * size;
  return `${formatValue(network + (index < 0n ? index + size : index), address.version)}/${address.prefix}`;
};

const family = (alias: string, fixed: Value) =>
  plugin("query='', version=False, alias=None", (_, value, query, version) => {
    const wanted = fixed === null ? version : fixed;
    if (!Array.isArray(value)) return ask(value, toText(query), wanted, alias);
    return Array.from(value, (item) => ask(item, toText(query), wanted, alias)).filter((answer) => answer !== false);
  });

/** Filters addresses and networks, and asks them for their parts, as ansible.utils' filter of that name. */
export const ipaddr = family('ipaddr', null);
export const ipv4 = family('ipv4', 4);
export const ipv6 = family('ipv6', 6);

/** IPv6 addresses in brackets, for URLs; whatever else comes back as it is. */
export const ipwrap = plugin("query='', value=''", (_, value) => {
  const wrap = (item: Value): Value => {
    const address = readAddress(item);
    if (address?.version !== 6 || typeof item !== 'string') return item;
    return address.hasPrefix ? `[${item.split('/')[0]}]/${address.prefix}` : `[${item}]`;
  };
  return Array.isArray(value) ? value.map(wrap) : wrap(value);
});

/** An address so many further on. */
export const ipmath = plugin('amount', (_, value, amount) => {
  const address = readAddress(value);
  const by = numeric(amount);
  if (!address || by === undefined) throw new TemplateError('ipmath needs an address and a whole number');
  return formatValue(address.value + BigInt(by), address.version);
});

/** The n-th network of a size inside one, their number where no n is given, or the network around an address. */
export const ipsubnet = plugin("query='', index=None", (_, value, query, index) => {
  const address = readAddress(value);
  if (!address) return false;
  if (query === '') return ipQueries.subnet?.(address) ?? false;
  const prefix = numeric(typeof query === 'string' && /^\d+$/.test(query) ? Number(query) : query);
  if (prefix === undefined) {
    const outer = parseAddress(toText(query));
    if (!outer || !contains(outer, address)) return false;
    const step = 1n << BigInt(widthOf(address.version) - address.prefix);
    const start =
      (outer.value >> BigInt(widthOf(outer.version) - outer.prefix)) << BigInt(widthOf(outer.version) - outer.prefix);
    return String((address.value - start) / step + 1n);
  }
  const [width, wanted] = [widthOf(address.version), Number(prefix)];
  const size = 1n << BigInt(width - wanted);
  const [outerSize, at] = [
    1n << BigInt(width - address.prefix),
    index === null ? undefined : BigInt(numeric(index) ?? 0),
  ];
  const text = (start: bigint): string => `${formatValue(start, address.version)}/${wanted}`;
  if (!address.hasPrefix || wanted < address.prefix)
    return at === undefined ? text((address.value / size) * size) : false;
  const count = outerSize / size;
  if (at === undefined) return toText(toInteger(count));
  if (at >= count || at < -count) return false;
  return text((address.value / outerSize) * outerSize + (at < 0n ? at + count : at) * size);
});

/** The address so many behind this one, where it is still usable in the network. */
export const next_nth_usable = plugin('offset', (_, value, offset) => {
  const address = readAddress(value);
  const by = numeric(offset);
  if (!address || by === undefined) throw new TemplateError('next_nth_usable needs an address and a whole number');
  const size = 1n << BigInt(widthOf(address.version) - address.prefix);
  const network = (address.value / size) * size;
  const found = address.value + BigInt(by);
  return found >= network && found < network + size - 1n ? formatValue(found, address.version) : false;
});
export const previous_nth_usable = plugin('offset', (context, value, offset) =>
  next_nth_usable.apply(context, value, -Number(numeric(offset) ?? 0)),
);

/** The n-th address of a network, without its prefix. */
export const nthhost = plugin('query', (_, value, query) => {
  const address = readAddress(value);
  const found = address && nth(address, BigInt(numeric(query) ?? 0));
  return typeof found === 'string' ? (found.split('/')[0] as string) : false;
});

export const network_in_network = plugin('test', (_, value, test) => {
  const [outer, inner] = [readAddress(value), readAddress(test)];
  return Boolean(outer && inner && contains(outer, inner));
});
