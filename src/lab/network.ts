import { UserError } from '../util/diagnostic.ts';
import { type LabNetwork, type LabPlace, linkOf } from './state.ts';
import { ask, tool } from './tool.ts';

/** What of this machine's addresses and routes a lab's range must keep clear of. */
export interface TakenRange {
  readonly range: string;
  /** `route by eth0`, for the message. */
  readonly by: string;
}

const candidates = [
  ...Array.from({ length: 256 }, (_, third) => `10.99.${third}.0/24`),
  ...Array.from({ length: 256 }, (_, third) => `172.30.${third}.0/24`),
];

/** The range asked for, or the first free one of ours. Throws UserError where it is taken or not of the form a.b.c.0/24. */
export const chooseRange = (taken: readonly TakenRange[], wanted?: string): string => {
  if (wanted !== undefined && !/^(\d{1,3}\.){3}0\/24$/.test(wanted))
    throw new UserError({
      severity: 'error',
      message: `'${wanted}' is no range that a lab can have`,
      hint: 'a lab has 254 addresses: write it as 10.99.0.0/24',
    });
  const inTheWay = (range: string) => taken.find((other) => overlap(range, other.range));
  if (wanted !== undefined) {
    const other = inTheWay(wanted);
    if (!other) return wanted;
    throw new UserError({
      severity: 'error',
      message: `the address range ${wanted} is in use on this machine: ${other.range}, ${other.by}`,
      hint: 'leave --network out to take the first free range, or name another',
    });
  }
  const free = candidates.find((range) => !inTheWay(range));
  if (free) return free;
  throw new UserError({
    severity: 'error',
    message: 'no address range for the lab is free: this machine has routes for all of 10.99.0.0/16 and 172.30.0.0/16',
    hint: 'name a free one: --network 192.168.77.0/24',
  });
};

/** `chooseRange` on this machine as it is now. */
export const chooseFreeRange = async (wanted?: string): Promise<string> => chooseRange(await takenRanges(), wanted);

/** Makes the lab's bridge with its first address, on a range that nothing else here has. The caller holds the machine's lock. */
export const makeNetwork = async (place: LabPlace, wanted?: string): Promise<LabNetwork> => {
  const range = await chooseFreeRange(wanted);
  const network = { bridge: place.tag, range, gateway: addressIn(range, 1) };
  await raiseNetwork(place, network);
  return network;
};

/** Makes the bridge of a network that was chosen before. */
export const raiseNetwork = async (place: LabPlace, { bridge, range, gateway }: LabNetwork): Promise<void> => {
  await tool('ip', ['link', 'add', bridge, 'type', 'bridge']);
  await ip([`address add ${gateway}/${range.split('/')[1]} dev ${bridge}`, `link set ${bridge} up`]);
  await letForward(place);
};

/** A host's network namespace: `eth0` with its address, hanging on the bridge. */
export const connectHost = async (
  place: LabPlace,
  network: LabNetwork,
  host: { readonly name: string; readonly index: number; readonly address: string },
): Promise<void> => {
  const { netns } = place.host(host.name);
  const link = linkOf(place, host.index);
  await tool('ip', ['netns', 'add', netns]);
  await ip([
    `link add ${link} type veth peer name eth0 netns ${netns}`,
    `link set ${link} master ${network.bridge} up`,
  ]);
  await ip(
    [
      `address add ${host.address}/24 dev eth0`,
      'link set eth0 up',
      'link set lo up',
      `route add default via ${network.gateway}`,
    ],
    ['-n', netns],
  );
};

export const disconnectHost = async (place: LabPlace, host: { readonly name: string; readonly index: number }) => {
  await ask('ip', ['link', 'delete', linkOf(place, host.index)]);
  await ask('ip', ['netns', 'delete', place.host(host.name).netns]);
};

/** Every link, namespace and rule that bears the lab's name. */
export const removeNetwork = async (place: LabPlace): Promise<void> => {
  const mine = (name: string) => name === place.tag || name.startsWith(`${place.tag}-`);
  for (const { ifname } of await json<{ ifname: string }>(['link', 'show']))
    if (mine(ifname)) await ask('ip', ['link', 'delete', ifname]);
  for (const { name } of await json<{ name: string }>(['netns', 'list']))
    if (mine(name)) await ask('ip', ['netns', 'delete', name]);
  const rules = (await ask('iptables', ['-S', 'FORWARD'])) ?? '';
  for (const rule of rules.split('\n').filter((line) => line.includes(`--comment ${place.tag} `)))
    await ask('iptables', ['-D', ...rule.split(' ').slice(1)]);
};

/** `addressIn('10.99.0.0/24', 11)` is `10.99.0.11`. */
export const addressIn = (range: string, last: number): string => `${range.split('.').slice(0, 3).join('.')}.${last}`;

/** Whether two ranges share an address. */
export const overlap = (one: string, other: string): boolean => {
  const [a, b] = [parse(one), parse(other)];
  const size = Math.min(a.bits, b.bits);
  return size === 0 || a.address >>> (32 - size) === b.address >>> (32 - size);
};

const parse = (range: string) => {
  const [address = '', bits = '32'] = range.split('/');
  return { address: address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0), bits: Number(bits) };
};

const takenRanges = async (): Promise<TakenRange[]> => {
  const links = await json<{ ifname: string; addr_info?: { local: string; prefixlen: number }[] }>(['address', 'show']);
  const routes = await json<{ dst: string; dev?: string }>(['route', 'show', 'table', 'all']);
  return [
    ...links.flatMap(({ ifname, addr_info = [] }) =>
      addr_info.map(({ local, prefixlen }) => ({ range: `${local}/${prefixlen}`, by: `the address of ${ifname}` })),
    ),
    ...routes
      .filter(({ dst }) => /^\d/.test(dst) && dst !== '0.0.0.0/0')
      .map(({ dst, dev }) => ({ range: dst, by: `a route${dev ? ` by ${dev}` : ''}` })),
  ];
};

/**
 * Where bridged packets pass iptables (br_netfilter) and something, Docker for one, drops what is forwarded, hosts of the
 * lab could not reach each other: one rule of the lab's own lets its bridge pass, and goes with it.
 */
const letForward = async (place: LabPlace): Promise<void> => {
  const rules = await ask('iptables', ['-S', 'FORWARD']);
  if (rules === undefined || rules.trim() === '-P FORWARD ACCEPT') return;
  const own = ['-m', 'comment', '--comment', place.tag, '-j', 'ACCEPT'];
  await tool('iptables', ['-w', '-I', 'FORWARD', '-i', place.tag, '-o', place.tag, ...own]);
};

const ip = (lines: readonly string[], flags: readonly string[] = []): Promise<string> =>
  tool('ip', [...flags, '-batch', '-'], { input: `${lines.join('\n')}\n` });

const json = async <T>(args: readonly string[]): Promise<T[]> => {
  const text = await ask('ip', ['-j', '-4', ...args]);
  return text?.trim() ? (JSON.parse(text) as T[]) : [];
};
