import type { Dict, Value } from '../template/values.ts';
import { sh } from '../transport/shell/quote.ts';
import { dict, type Fact, type FactFamily, type Parts } from './family.ts';

/**
 * Interfaces by /sys/class/net, addresses and routes by ip(8), iproute2's or busybox's. The default interfaces are those
 * that a packet to a public address would leave by; none is sent.
 */
export const network: FactFamily = {
  name: 'network',
  groups: ['interfaces', 'default_ipv4', 'default_ipv6', 'all_ipv4_addresses', 'all_ipv6_addresses'],
  shell: sh`for kb_d in /sys/class/net/*; do
  [ -d "$kb_d" ] || continue
  kb_part "i\${kb_d##*/}"
  for kb_f in address mtu type operstate flags speed bonding/mode bonding/miimon bonding/lacp_rate bonding/primary bonding/slaves bonding/all_slaves_active bonding/active_slave bridge/bridge_id bridge/stp_state; do
    [ -r "$kb_d/$kb_f" ] && IFS= read -r kb_l <"$kb_d/$kb_f" && echo "$kb_f=$kb_l"
  done 2>/dev/null
  [ -d "$kb_d/bridge" ] && echo bridge=1
  for kb_f in "$kb_d"/brif/*; do [ -e "$kb_f" ] && echo "port=\${kb_f##*/}"; done
done
kb_part paths; ls -ld /sys/class/net/*/device /sys/class/net/*/device/driver/module 2>/dev/null
if command -v ip >/dev/null 2>&1; then
  kb_part v4; ip -4 addr show
  kb_part v6; ip -6 addr show
  kb_part route4; ip -4 route get 8.8.8.8
  kb_part route6; ip -6 route get 2404:6800:400a:800::1012
  kb_part local4; ip -4 route show table local
  kb_part local6; ip -6 route show table local
fi 2>/dev/null`,
  parse(parts) {
    const addresses4 = addressesOf(parts, 'v4').map(ipv4);
    const addresses6 = addressesOf(parts, 'v6').map(ipv6);
    const names = parts.under('i').map(([name]) => name);
    const interfaces = names.map((name) => [name, device(parts, name, addresses4, addresses6)] as const);
    const v4 = addresses4
      .map(({ value }) => value.get('address') as string)
      .filter((address) => !address.startsWith('127.'));
    const v6 = addresses6.map(({ value }) => value.get('address') as string).filter((address) => address !== '::1');
    const facts: Fact[] = [
      ['interfaces', names],
      ...interfaces.map(([name, value]) => [name.replace(/-/g, '_'), value] as Fact),
      ['default_ipv4', defaultOf(parts.text('route4'), addresses4, interfaces, true)],
      ['default_ipv6', defaultOf(parts.text('route6'), addresses6, interfaces, false)],
      ['all_ipv4_addresses', v4],
      ['all_ipv6_addresses', v6],
      [
        'locally_reachable_ips',
        dict([
          ['ipv4', local(parts, 'local4')],
          ['ipv6', local(parts, 'local6')],
        ]),
      ],
    ];
    return facts;
  },
};

/** One address: on which interface, its label (`eth0:1`), and what is said of it. */
interface Address {
  readonly device: string;
  readonly label: string;
  readonly value: Dict;
}

interface AddressLine {
  readonly device: string;
  readonly words: readonly string[];
}

const addressesOf = (parts: Parts, part: string): AddressLine[] => {
  let device = '';
  return parts.lines(part).flatMap((line) => {
    const heading = /^\d+: ([^:@\s]+)[@:]/.exec(line);
    if (heading) device = heading[1] as string;
    const words = line.trim().split(/\s+/);
    return words[0] === 'inet' || words[0] === 'inet6' ? [{ device, words }] : [];
  });
};

const after = (words: readonly string[], word: string): string | undefined =>
  words.includes(word) ? words[words.indexOf(word) + 1] : undefined;

const ipv4 = ({ device, words }: AddressLine): Address => {
  const peer = after(words, 'peer');
  const [address = '', ownPrefix] = (words[1] ?? '').split('/');
  const prefix = ownPrefix ?? peer?.split('/')[1] ?? '32';
  const mask = Number(prefix) === 0 ? 0 : (0xffffffff << (32 - Number(prefix))) >>> 0;
  const label = words.at(-1) === 'forever' || /sec$/.test(words.at(-1) ?? '') ? device : (words.at(-1) as string);
  const value = dict([
    ['address', address],
    ['broadcast', after(words, 'brd') ?? ''],
    ['netmask', dotted(mask)],
    ['network', dotted((number(address) & mask) >>> 0)],
    ['prefix', prefix],
  ]);
  return { device, label, value };
};

const ipv6 = ({ device, words }: AddressLine): Address => {
  const [address = '', prefix = '128'] = (words[1] ?? '').split('/');
  const value = dict([
    ['address', address],
    ['prefix', prefix],
    ['scope', after(words, 'scope') ?? ''],
  ]);
  return { device, label: device, value };
};

const number = (address: string): number =>
  address.split('.').reduce((sum, octet) => (sum * 256 + Number(octet)) >>> 0, 0);

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

/** The kernel's ARPHRD numbers. */
const types: Readonly<Record<string, string>> = {
  1: 'ether',
  32: 'infiniband',
  512: 'ppp',
  772: 'loopback',
  65534: 'tunnel',
};

const device = (parts: Parts, name: string, addresses4: readonly Address[], addresses6: readonly Address[]): Dict => {
  const lines = parts
    .lines(`i${name}`)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  const one = (key: string): string | undefined => lines.find(([each]) => each === key)?.[1];
  const found = dict([['device', name]]);
  const address = one('address');
  if (address && address !== '00:00:00:00:00:00') found.set('macaddress', address);
  if (one('mtu') !== undefined) found.set('mtu', Number(one('mtu')));
  const state = one('operstate');
  if (state !== undefined) found.set('active', state !== 'down');
  const path = (end: string): string | undefined =>
    parts
      .lines('paths')
      .find((line) => line.includes(`/net/${name}/${end} -> `))
      ?.replace(/^.*\//, '');
  const module = path('device/driver/module');
  if (module) found.set('module', module);
  found.set('type', types[one('type') ?? ''] ?? 'unknown');
  if (one('bridge')) {
    found.set('type', 'bridge');
    found.set(
      'interfaces',
      lines.flatMap(([key, value]) => (key === 'port' ? [value] : [])),
    );
    if (one('bridge/bridge_id') !== undefined) found.set('id', one('bridge/bridge_id') as string);
    if (one('bridge/stp_state') !== undefined) found.set('stp', one('bridge/stp_state') === '1');
  }
  if (one('bonding/mode') !== undefined) {
    found.set('type', 'bonding');
    found.set('slaves', (one('bonding/slaves') ?? '').split(' ').filter(Boolean));
    found.set('mode', (one('bonding/mode') as string).split(' ')[0] as string);
    found.set('miimon', (one('bonding/miimon') ?? '').split(' ')[0] as string);
    found.set('lacp_rate', (one('bonding/lacp_rate') ?? '').split(' ')[0] as string);
    const primary = one('bonding/primary');
    if (primary) {
      found.set('primary', primary);
      found.set('all_slaves_active', one('bonding/all_slaves_active') === '1');
    }
  }
  const pci = path('device');
  if (pci) found.set('pciid', pci);
  if (/^-?\d+$/.test(one('speed') ?? '')) found.set('speed', Number(one('speed')));
  found.set('promisc', (Number(one('flags') ?? 0) & 0x100) !== 0);
  const own4 = addresses4.filter((each) => each.device === name);
  const [first, ...others] = own4.map(({ value }) => value);
  if (first) found.set('ipv4', first);
  if (others.length > 0) found.set('ipv4_secondaries', others);
  const own6 = addresses6.filter((each) => each.device === name).map(({ value }) => value);
  if (own6.length > 0) found.set('ipv6', own6);
  return found;
};

/** The address that packets to the outside carry, and what is known of the interface that they leave by. */
const defaultOf = (
  route: string,
  addresses: readonly Address[],
  interfaces: readonly (readonly [string, Dict])[],
  old: boolean,
): Dict => {
  const words = (route.split('\n')[0] ?? '').split(/\s+/);
  const name = after(words, 'dev');
  const source = after(words, 'src');
  const known = interfaces.find(([each]) => each === name)?.[1];
  if (name === undefined || name === 'lo' || words[0] === 'unreachable' || !known) return dict([]);
  const found = dict([['interface', name]]);
  if (source !== undefined) found.set('address', source);
  const gateway = after(words, 'via');
  if (gateway !== undefined) found.set('gateway', gateway);
  const address = addresses.find((each) => each.device === name && each.value.get('address') === source);
  for (const [key, value] of address?.value ?? []) found.set(key, value);
  if (old && address) found.set('alias', address.label);
  for (const key of ['mtu', 'type', 'macaddress']) if (known.has(key)) found.set(key, known.get(key) as Value);
  return found;
};

const local = (parts: Parts, part: string): string[] => [
  ...new Set(parts.lines(part).flatMap((line) => (line.startsWith('local ') ? [line.split(/\s+/)[1] as string] : []))),
];
