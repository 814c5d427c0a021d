import { readAddress } from '../filters/ipaddr.ts';
import { type Address, contains, isKind, isPublic } from '../network/address.ts';
import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';

/** The tests of ansible.utils about addresses and networks. */
const asks = (holds: (address: Address) => boolean) =>
  plugin('', (_, value) => {
    const address = typeof value === 'string' ? readAddress(value) : undefined;
    return address !== undefined && holds(address);
  });

export const ip = asks(() => true);
export const ip_address = asks((address) => !address.hasPrefix);
export const ipv4 = asks((address) => address.version === 4);
export const ipv6 = asks((address) => address.version === 6);
export const ipv4_address = asks((address) => address.version === 4 && !address.hasPrefix);
export const ipv6_address = asks((address) => address.version === 6 && !address.hasPrefix);
export const loopback = asks((address) => isKind(address, 'loopback'));
export const privateTest = asks((address) => isKind(address, 'private'));
export const publicTest = asks(isPublic);
export const multicast = asks((address) => isKind(address, 'multicast'));
export const reserved = asks((address) => isKind(address, 'reserved'));
export const mac = plugin('', (_, value) =>
  /^(?:[\da-f]{2}([:-])(?:[\da-f]{2}\1){4}[\da-f]{2}|(?:[\da-f]{4}\.){2}[\da-f]{4})$/i.test(toText(value)),
);
export const in_network = plugin('network', (_, value, network) => {
  const [inner, outer] = [readAddress(value), readAddress(network)];
  return Boolean(inner && outer && contains(outer, inner));
});
export const in_any_network = plugin('networks', (_, value, networks) => {
  const inner = readAddress(value);
  return Boolean(
    inner &&
      iterate(networks).some((network) => {
        const outer = readAddress(network);
        return outer && contains(outer, inner);
      }),
  );
});
export const supernet_of = plugin('network', (_, value, network) => {
  const [outer, inner] = [readAddress(value), readAddress(network)];
  return Boolean(inner && outer && contains(outer, inner));
});
