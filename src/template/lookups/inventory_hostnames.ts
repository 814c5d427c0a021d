import { plugin } from '../plugin.ts';
import { isMapping } from '../python/dict.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import type { Dict, Value } from '../values.ts';
import { globRegex } from './glob.ts';

/** The names of the hosts that patterns match: names and groups with `*`, joined by `:` or `,`, `!` without, `&` also in. */
export const inventory_hostnames = plugin('', (context, terms) => {
  const groups = context.variable('groups');
  const members = new Map<string, readonly string[]>();
  if (groups !== undefined && isMapping(groups)) {
    for (const name of iterate(groups)) {
      members.set(toText(name), iterate((groups as Dict).get(name) ?? []).map(toText));
    }
  }
  const all = members.get('all') ?? [...new Set([...members.values()].flat())];
  const matched = (pattern: string): string[] => {
    if (pattern === 'all') return [...all];
    const regex = pattern.startsWith('~') ? new RegExp(`^(?:${pattern.slice(1)})`) : globRegex(pattern);
    const inGroups = [...members].filter(([name]) => regex.test(name)).flatMap(([, hosts]) => hosts);
    return [...new Set([...inGroups, ...all.filter((host) => regex.test(host))])];
  };
  const parts = (terms as Value[]).flatMap((term) => toText(term).split(/[,:]/)).filter(Boolean);
  const rank = (part: string): number => (part.startsWith('!') ? 2 : part.startsWith('&') ? 1 : 0);
  let hosts: string[] = [];
  for (const part of [...parts].sort((a, b) => rank(a) - rank(b))) {
    const found = matched(part.replace(/^[!&]/, ''));
    if (rank(part) === 2) hosts = hosts.filter((host) => !found.includes(host));
    else if (rank(part) === 1) hosts = hosts.filter((host) => found.includes(host));
    else hosts = [...new Set([...hosts, ...found])];
  }
  return hosts;
});
