import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import { type Group, type Host, type Inventory, localNames } from './inventory.ts';

export interface Selection {
  readonly hosts: readonly Host[];
  /** Parts of the pattern that no host or group has; a user most likely misspelt them. */
  readonly unmatched: readonly { readonly pattern: string; readonly meant: string | undefined }[];
}

/**
 * The hosts that a pattern names, in the inventory's order: names, groups, `*` and `?`, `~regex`, `web[0]`, `web[1:3]`, joined
 * by `,` or `:`; `&x` keeps what is in x too, `!x` takes x out, whatever their order. From Ansible's documentation on patterns.
 * `limit` is a pattern of the same form; `@FILE` in it reads patterns from a file, one a line.
 */
export const selectHosts = (inventory: Inventory, pattern: string | readonly string[], limit?: string): Selection => {
  const matcher = new Matcher(inventory);
  let hosts = matcher.select(splitPattern(pattern));
  if (limit !== undefined && limit !== '') {
    const kept = new Set(matcher.select(splitPattern(limit).flatMap(readLimitFile)));
    hosts = hosts.filter((host) => kept.has(host));
  }
  return { hosts, unmatched: matcher.unmatched };
};

/** The parts of a pattern. A colon joins parts too, unless it belongs to an address or a range. */
export const splitPattern = (pattern: string | readonly string[]): readonly string[] => {
  if (typeof pattern !== 'string') return pattern.flatMap(splitPattern);
  if (pattern.includes(','))
    return pattern
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  const text = pattern.trim();
  if (text === '') return [];
  if (isAddress(text)) return [text];
  return text.match(/(?:\[[^\]]*\]|[^\s:[\]])+/g) ?? [];
};

/** An IPv6 address; its colons join nothing. */
const isAddress = (text: string): boolean => isIPv6(text.replace(/^[!&]/, ''));

const readLimitFile = (part: string): readonly string[] => {
  const match = /^([!&]?)@(.+)$/.exec(part);
  if (!match) return [part];
  const file = match[2] as string;
  try {
    const lines = readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .map((line) => line.trim());
    return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => match[1] + line);
  } catch (error) {
    throw new UserError({
      severity: 'error',
      message: `can't read the hosts to limit the run to from ${file}: ${(error as Error).message}`,
      hint: '--limit @FILE takes a file with one pattern a line',
    });
  }
};

class Matcher {
  readonly unmatched: { pattern: string; meant: string | undefined }[] = [];
  readonly #inventory: Inventory;

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
  }

  select(parts: readonly string[]): readonly Host[] {
    const kind = (part: string): number => (part.startsWith('!') ? 2 : part.startsWith('&') ? 1 : 0);
    const ordered = [0, 1, 2].flatMap((wanted) => parts.filter((part) => kind(part) === wanted));
    if (parts.length > 0 && kind(ordered[0] as string) > 0) ordered.unshift('all');
    let hosts: Host[] = [];
    for (const part of ordered) {
      const named = this.#match(kind(part) > 0 ? part.slice(1) : part);
      const set = new Set(named);
      if (kind(part) === 2) hosts = hosts.filter((host) => !set.has(host));
      else if (kind(part) === 1) hosts = hosts.filter((host) => set.has(host));
      else hosts = [...new Set([...hosts, ...named])];
    }
    return hosts;
  }

  #match(part: string): readonly Host[] {
    const direct = this.#inventory.hosts.get(part);
    if (direct) return [direct];
    const { name, pick } = splitSubscript(part);
    const hosts = this.#find(name);
    return pick ? pick(hosts) : hosts;
  }

  #find(pattern: string): readonly Host[] {
    const test = compile(pattern);
    const groups = [...this.#inventory.groups.values()].filter((group) => test(group.name));
    const hosts = new Set(groups.flatMap((group: Group) => this.#inventory.hostsOf(group)));
    if (groups.length === 0 || /^~|[.?*[]/.test(pattern))
      for (const host of this.#inventory.hostsOf(this.#inventory.all)) if (test(host.name)) hosts.add(host);
    if (hosts.size === 0 && localNames.has(pattern)) return [this.#inventory.implicitLocalhost(pattern)];
    if (hosts.size === 0 && groups.length === 0 && pattern !== 'all' && pattern !== '*')
      this.unmatched.push({
        pattern,
        meant: nearest(pattern, [...this.#inventory.groups.keys(), ...this.#inventory.hosts.keys()]),
      });
    return [...hosts];
  }
}

type Pick = (hosts: readonly Host[]) => readonly Host[];

/** `web[0]`, `web[-1]`, `web[1:]`, `web[0:2]`, where the end is included. */
const splitSubscript = (part: string): { readonly name: string; readonly pick?: Pick } => {
  const match = part.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(part);
  if (!match) return { name: part };
  const [, name, index, start, end] = match as unknown as [string, string, string?, string?, string?];
  if (index !== undefined)
    return { name, pick: (hosts) => [hosts.at(Number(index))].filter((host) => host !== undefined) };
  return { name, pick: (hosts) => hosts.slice(Number(start), end ? Number(end) + 1 : undefined) };
};

const compile = (pattern: string): ((name: string) => boolean) => {
  if (!pattern.startsWith('~') && !/[*?[]/.test(pattern)) return (name) => name === pattern;
  try {
    const regex = pattern.startsWith('~') ? new RegExp(`^(?:${pattern.slice(1)})`) : glob(pattern);
    return (name) => regex.test(name);
  } catch (error) {
    throw new UserError({
      severity: 'error',
      message: `the pattern ${pattern} can't be read: ${(error as Error).message}`,
    });
  }
};

/** A shell pattern as Python's `fnmatch` has it: `*`, `?`, `[seq]`, `[!seq]`. */
const glob = (pattern: string): RegExp => {
  const source = pattern.replace(/\[(!?)(\]?[^\]]*)\]|[\s\S]/g, (char, not?: string, set?: string) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`;
    if (char === '*') return '[\\s\\S]*';
    return char === '?' ? '[\\s\\S]' : char.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
};
