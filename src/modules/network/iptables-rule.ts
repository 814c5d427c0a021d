import { type Arguments, ModuleFailure, type OptionTable } from '../module.ts';
import { flag, text, texts } from '../read.ts';

const str = (description: string) => ({ description, type: 'str' }) as const;
const list = (description: string) => ({ description, type: 'list', elements: 'str' }) as const;

/** The options that describe a rule; named as in ansible.builtin.iptables, in the order of their words. */
export const ruleOptions: OptionTable = {
  protocol: str('tcp, udp, icmp … ; `!` before it for all others.'),
  source: str('Where packets come from; an address, a network, `!` before it.'),
  destination: str('Where they go.'),
  match: list('Match extensions to load.'),
  tcp_flags: {
    description: 'TCP flags to look at, and those that must be set.',
    type: 'dict',
    options: { flags: list('Those to look at.'), flags_set: list('Those that must be set.') },
  },
  jump: str('What happens to what matches.'),
  log_prefix: str('For LOG: text before each line.'),
  log_level: { ...str('For LOG: the level.') },
  to_destination: str('For DNAT.'),
  to_source: str('For SNAT.'),
  gateway: str('For TEE.'),
  goto: str('A chain to go on in.'),
  in_interface: str('The interface that packets come in by.'),
  out_interface: str('The interface they leave by.'),
  fragment: str('Second and further fragments.'),
  set_counters: str('Counters to begin with.'),
  source_port: str('A port or range, first:last.'),
  destination_port: str('A port or range, first:last.'),
  destination_ports: list('Several ports and ranges.'),
  to_ports: str('For REDIRECT.'),
  set_dscp_mark: str('For DSCP: the mark.'),
  set_dscp_mark_class: str('For DSCP: the class.'),
  syn: {
    description: 'Whether it opens a connection.',
    type: 'str',
    choices: ['ignore', 'match', 'negate'],
    default: 'ignore',
  },
  ctstate: list('States of connection tracking.'),
  src_range: str('A range of addresses.'),
  dst_range: str('A range of addresses.'),
  match_set: str('A set of ipset.'),
  match_set_flags: {
    description: 'What of the packet is looked up in it.',
    type: 'str',
    choices: ['src', 'dst', 'src,dst', 'dst,src', 'src,src', 'dst,dst'],
  },
  limit: str('How often it matches, as 5/min.'),
  limit_burst: str('How often at once.'),
  uid_owner: str('The user that sends.'),
  gid_owner: str('The group that sends.'),
  reject_with: str('For REJECT: the answer.'),
  icmp_type: str('The type of ICMP.'),
  comment: str('A comment.'),
};

/** A rule's words for iptables, without the chain. */
export const ruleWords = (args: Arguments, ipVersion: string): string[] => {
  const words: string[] = [];
  const get = (name: string): string | undefined => text(args, name) || undefined;
  /** `! value` is iptables' negation; it goes before the option. */
  const add = (option: string, value: string | undefined): void => {
    if (value === undefined) return;
    const bare = value.replace(/^!\s*/, '');
    words.push(...(bare === value ? [] : ['!']), option, bare);
  };
  const matches = texts(args, 'match');
  const load = (name: string, needed: boolean): void => {
    if (needed && !matches.includes(name) && !words.includes(name)) words.push('-m', name);
  };
  add('-p', get('protocol'));
  add('-s', get('source'));
  add('-d', get('destination'));
  for (const match of matches) words.push('-m', match);
  const flags = args.get('tcp_flags');
  if (flags instanceof Map && flags.has('flags')) {
    const names = (key: string): string => ((flags.get(key) as string[] | undefined) ?? []).join(',');
    words.push('--tcp-flags', names('flags'), names('flags_set'));
  }
  add('-j', get('jump') ?? (get('log_prefix') || get('log_level') ? 'LOG' : get('reject_with') ? 'REJECT' : undefined));
  if (get('log_prefix')) words.push('--log-prefix', get('log_prefix') as string);
  if (get('log_level')) words.push('--log-level', get('log_level') as string);
  if (get('to_destination')) words.push('--to-destination', get('to_destination') as string);
  if (get('to_source')) words.push('--to-source', get('to_source') as string);
  if (get('gateway')) words.push('--gateway', get('gateway') as string);
  add('-g', get('goto'));
  add('-i', get('in_interface'));
  add('-o', get('out_interface'));
  if (get('fragment')) words.push('-f');
  if (get('set_counters')) words.push('-c', ...(get('set_counters') as string).split(/[\s,]+/));
  add('--source-port', get('source_port'));
  add('--destination-port', get('destination_port'));
  const ports = texts(args, 'destination_ports');
  if (ports.length > 0) {
    load('multiport', true);
    words.push('--dports', ports.join(','));
  }
  if (get('to_ports')) words.push('--to-ports', get('to_ports') as string);
  if (get('set_dscp_mark')) words.push('--set-dscp', get('set_dscp_mark') as string);
  if (get('set_dscp_mark_class')) words.push('--set-dscp-class', get('set_dscp_mark_class') as string);
  const syn = get('syn');
  if (syn === 'match') words.push('--syn');
  if (syn === 'negate') words.push('!', '--syn');
  const states = texts(args, 'ctstate');
  if (states.length > 0) {
    load('conntrack', !matches.includes('state'));
    words.push(matches.includes('state') && !matches.includes('conntrack') ? '--state' : '--ctstate', states.join(','));
  }
  load('iprange', get('src_range') !== undefined || get('dst_range') !== undefined);
  add('--src-range', get('src_range'));
  add('--dst-range', get('dst_range'));
  if (get('match_set')) {
    if (!get('match_set_flags')) throw new ModuleFailure('match_set needs match_set_flags (src, dst …)');
    load('set', true);
    const set = get('match_set') as string;
    words.push(
      ...(set.startsWith('!') ? ['!'] : []),
      '--match-set',
      set.replace(/^!\s*/, ''),
      get('match_set_flags') as string,
    );
  }
  load('limit', get('limit') !== undefined || get('limit_burst') !== undefined);
  add('--limit', get('limit'));
  add('--limit-burst', get('limit_burst'));
  load('owner', get('uid_owner') !== undefined || get('gid_owner') !== undefined);
  add('--uid-owner', get('uid_owner'));
  add('--gid-owner', get('gid_owner'));
  add('--reject-with', get('reject_with'));
  add(ipVersion === 'ipv6' ? '--icmpv6-type' : '--icmp-type', get('icmp_type'));
  if (get('comment')) {
    load('comment', true);
    words.push('--comment', get('comment') as string);
  }
  return words;
};

export const describesRule = (args: Arguments): boolean =>
  Object.keys(ruleOptions).some((name) => args.has(name) && !(name === 'syn' && text(args, name) === 'ignore')) ||
  flag(args, 'fragment');
