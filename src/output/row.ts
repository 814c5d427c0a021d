import { stripVTControlCharacters } from 'node:util';
import type { Outcome, TaskName } from '../run/events.ts';
import { style } from './style.ts';
import { duration } from './summary.ts';

type Status = Outcome['status'] | 'unreachable';

/** How a host stands in a row. */
interface Standing {
  readonly counts: Map<Status, number>;
  /** The task that it works on; undefined: it waits for the others, or has not begun. */
  task: TaskName | undefined;
  /** How far it is with that task, in its module's words. */
  progress: string | undefined;
  /** What its tasks took. */
  ms: number;
}

/**
 * One line of the live view: a task, or all tasks of a role, over all hosts. What it comes to so far while it runs, and what
 * stays of it. Played by events; it prints nothing itself.
 */
export class Row {
  /** What stays to be read below the row. */
  readonly notes: string[] = [];
  readonly began: number;
  readonly #role: string | undefined;
  readonly #hosts: Map<string, Standing>;
  #task: TaskName;
  #done = new Set<string>();

  constructor(task: TaskName, hosts: readonly string[], at: number, byRole: boolean) {
    this.#task = task;
    this.#role = byRole ? task.role : undefined;
    this.#hosts = new Map(hosts.map((host) => [host, newStanding()]));
    this.began = at;
  }

  /** Whether this row tells of that task too; from then on it does. */
  takes(task: TaskName, hosts: readonly string[]): boolean {
    if (task.id === this.#task.id) return true;
    if (this.#role === undefined || this.#role !== task.role) return false;
    this.#task = task;
    this.#done = new Set();
    for (const host of hosts) this.#standing(host);
    return true;
  }

  start(host: string, task: TaskName): void {
    Object.assign(this.#standing(host), { task, progress: undefined });
  }

  progress(host: string, text: string): void {
    this.#standing(host).progress = text;
  }

  end(host: string, status: Status, ms: number): void {
    const standing = this.#standing(host);
    standing.counts.set(status, (standing.counts.get(status) ?? 0) + 1);
    standing.ms += ms;
    Object.assign(standing, { task: undefined, progress: undefined });
    this.#done.add(host);
  }

  /** While it runs: what is done, whom it waits for, and how far those are. */
  running(): string {
    const title = this.#role === undefined ? this.#task.title : `${this.#role}: ${this.#task.name}`;
    const counts = this.#role === undefined ? [...this.#counts()].map(([status, count]) => `${count} ${status}`) : [];
    const words = [`${this.#done.size}/${this.#hosts.size}`, ...counts];
    const busy = [...this.#hosts].filter(([, { task }]) => task);
    const slow = busy.slice(0, 3).map(([host]) => host);
    if (slow.length > 0 && busy.length < this.#hosts.size)
      words.push(`waiting for ${slow.join(', ')}${busy.length > 3 ? ' …' : ''}`);
    const far = busy.filter(([, { progress }]) => progress !== undefined);
    const width = Math.max(0, ...far.map(([host]) => host.length));
    const lines = far.slice(0, shownHosts).map(([host, { progress }]) => `  ${host.padEnd(width)}  ${progress}`);
    if (far.length > shownHosts) lines.push(`  and ${far.length - shownHosts} more`);
    return [`${title} ${style.quiet(words.join(', '))}`, ...lines.map((line) => style.quiet(line))].join('\n');
  }

  /** What stays when it is over, each host told where `columns` have room for that. */
  over(at: number, columns = Number.POSITIVE_INFINITY): string {
    const counts = this.#counts();
    const bad = counts.has('failed') || counts.has('unreachable');
    const status = bad ? 'failed' : counts.has('changed') ? 'changed' : counts.has('ok') ? 'ok' : 'skipped';
    const ms = at - this.began;
    const spent = ms < 1000 ? '' : style.quiet(`  ${duration(ms)}`);
    const mark = style[status](marks[status]);
    if (this.#role !== undefined) {
      const line = (each: boolean): string => `${mark} ${this.#role}  ${this.#byHost(counts, each)}${spent}`;
      const fits = (text: string): boolean => stripVTControlCharacters(text).length <= columns;
      return [line(true), line(false)].find(fits) ?? line(false).replace(', longest ', '\n  longest ');
    }
    const words = [...counts].map(([each, count]) => painted(each, count));
    return `${mark} ${this.#task.title}  ${words.join(', ')}${spent}`;
  }

  /** `n1 8 changed 41.0 s, n2 6 changed 38.2 s`; many hosts in sum, with the one that took longest. */
  #byHost(counts: ReadonlyMap<Status, number>, each: boolean): string {
    const notable = (['changed', 'failed', 'unreachable'] as const).filter((status) => counts.has(status));
    const hosts = `${this.#hosts.size} host${this.#hosts.size === 1 ? '' : 's'}`;
    if (notable.length === 0) return counts.has('ok') ? style.ok(`${hosts} ok`) : style.skipped(`${hosts} skipped`);
    const told = [...this.#hosts].filter(([, standing]) => notable.some((status) => standing.counts.has(status)));
    const took = (ms: number): string => (ms < 1000 ? '' : ` ${style.quiet(duration(ms))}`);
    const what = (of: ReadonlyMap<Status, number>): string =>
      notable.flatMap((status) => (of.has(status) ? [painted(status, of.get(status) ?? 0)] : [])).join(' ');
    if (each && told.length <= shownHosts)
      return told.map(([host, { counts: own, ms }]) => `${host} ${what(own)}${took(ms)}`).join(', ');
    const [slowest, { ms }] = told.reduce((one, other) => (other[1].ms > one[1].ms ? other : one));
    return `${what(counts)} on ${told.length} host${told.length === 1 ? '' : 's'}, longest ${slowest}${took(ms)}`;
  }

  /** For a task, how many hosts ended so; for a role, how many of their tasks. */
  #counts(): Map<Status, number> {
    const sums = new Map<Status, number>();
    for (const status of ['ok', 'changed', 'skipped', 'failed', 'unreachable'] as const) {
      const sum = [...this.#hosts.values()].reduce((all, { counts }) => all + (counts.get(status) ?? 0), 0);
      if (sum > 0) sums.set(status, sum);
    }
    return sums;
  }

  #standing(host: string): Standing {
    const known = this.#hosts.get(host) ?? newStanding();
    this.#hosts.set(host, known);
    return known;
  }
}

/** More hosts than these are told in sum. */
const shownHosts = 6;

const marks = { ok: '✔', changed: '●', skipped: '○', failed: '✖' } as const;

const painted = (status: Status, count: number): string =>
  style[status === 'unreachable' ? 'failed' : status](`${count} ${status}`);

const newStanding = (): Standing => ({ counts: new Map(), task: undefined, progress: undefined, ms: 0 });
