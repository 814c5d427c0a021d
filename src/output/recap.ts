import { stripVTControlCharacters } from 'node:util';
import type { Recap } from '../run/events.ts';
import { naturally } from '../util/natural-order.ts';
import type { ReporterOptions } from './reporter.ts';
import { style } from './style.ts';

const names = ['ok', 'changed', 'unreachable', 'failed', 'skipped', 'rescued', 'ignored'] as const;

/**
 * A line for each host, as Ansible's users know it. On a terminal it fits: counts of zero are left out where a line would be too
 * wide, and of more hosts than a screen has room for, each that failed is told, and the others in sum.
 */
export const recapLines = (recap: ReadonlyMap<string, Recap>, { columns, terminal }: ReporterOptions): string[] => {
  const sorted = [...recap].sort(([a], [b]) => naturally(a, b));
  if (!terminal || sorted.length <= shownHosts) return hostLines(sorted, terminal ? columns : Number.POSITIVE_INFINITY);
  const bad = sorted.filter(([, counts]) => isBad(counts));
  const good = sorted.filter(([, counts]) => !isBad(counts));
  const shown = hostLines(bad.slice(0, shownHosts), columns);
  if (bad.length > shownHosts) shown.push(style.failed(`and ${bad.length - shownHosts} more hosts that failed`));
  const changed = good.filter(([, counts]) => counts.changed > 0);
  if (changed.length > 0) {
    const [most, { changed: times }] = changed.reduce((one, other) =>
      other[1].changed > one[1].changed ? other : one,
    );
    shown.push(`${style.changed(`${hosts(changed.length)} changed`)}, most on ${most} (${times} tasks)`);
  }
  if (good.length > changed.length) shown.push(style.ok(`${hosts(good.length - changed.length)} ok, nothing changed`));
  return shown;
};

/** More hosts than these are told in sum on a terminal. */
const shownHosts = 15;

const hostLines = (recap: readonly (readonly [string, Recap])[], columns: number): string[] => {
  const width = Math.max(0, ...recap.map(([host]) => host.length));
  const all = recap.map(([host, counts]) => hostLine(host.padEnd(width), counts, false));
  if (all.every((line) => stripVTControlCharacters(line).length <= columns)) return all;
  return recap.map(([host, counts]) => hostLine(host.padEnd(width), counts, true));
};

const hostLine = (host: string, counts: Recap, short: boolean): string => {
  const paint = isBad(counts) ? style.failed : counts.changed > 0 ? style.changed : style.ok;
  const numbers = names
    .filter((name) => !short || counts[name] > 0)
    .map((name) => {
      const text = short ? `${name}=${counts[name]} ` : `${name}=${counts[name]}`.padEnd(name.length + 5);
      return counts[name] === 0 ? style.quiet(text) : name === 'ok' ? style.ok(text) : numberStyle[name](text);
    })
    .join('');
  return `${paint(host)} : ${numbers.trimEnd()}`;
};

const isBad = ({ failed, unreachable }: Recap): boolean => failed + unreachable > 0;

const hosts = (count: number): string => `${count} host${count === 1 ? '' : 's'}`;

const numberStyle = {
  changed: style.changed,
  unreachable: style.failed,
  failed: style.failed,
  skipped: style.skipped,
  rescued: style.changed,
  ignored: style.skipped,
} as const;
