import type { Event, TaskName } from '../run/events.ts';
import { formatPosition } from '../util/position.ts';
import { recapLines } from './recap.ts';
import type { ReporterOptions } from './reporter.ts';
import { style } from './style.ts';

type RunEnd = Event & { readonly type: 'run-end' };

/** What a run came to: the recap that Ansible's users know, handlers that were lost, and what it took. */
export class Summary {
  readonly #lost = new Map<string, readonly string[]>();
  readonly #times = new Map<
    number,
    { readonly title: string; readonly position: string; readonly role: string | undefined; ms: number }
  >();
  /** Tasks that hosts have begun and not ended. */
  readonly #begun = new Map<string, TaskName>();
  #running: { readonly id: number; readonly at: number } | undefined;

  event(event: Event): void {
    if (event.type === 'handlers-lost') this.#lost.set(event.host, event.handlers);
    if (event.type === 'host-start') this.#begun.set(event.host, event.task);
    if (event.type === 'task-result' || event.type === 'unreachable') this.#begun.delete(event.host);
    if (event.type === 'task-start') {
      this.#stop(event.at);
      this.#running = { id: event.task.id, at: event.at };
      if (!this.#times.has(event.task.id)) {
        const { title, position, role } = event.task;
        this.#times.set(event.task.id, { title, position: formatPosition(position), role, ms: 0 });
      }
    }
    if (event.type === 'run-end') this.#stop(event.at);
  }

  lines(end: RunEnd, options: ReporterOptions): string[] {
    const lines = recapLines(end.recap, options);
    for (const [host, handlers] of this.#lost)
      lines.push(style.warning(`${host}: handlers that were notified and did not run: ${handlers.join(', ')}`));
    const messages = [...end.traffic.values()].reduce((sum, each) => sum + each.messages, 0);
    const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
    const spent = `${count(end.recap.size, 'host')}, ${count(messages, 'message')}, ${duration(end.at)}`;
    lines.push('', style.quiet(spent));
    if (end.interrupted) lines.push(...this.#interrupted());
    if (options.byRole) lines.push(...this.#roles(options).map((line) => style.quiet(line)));
    if (options.profile) lines.push('', ...this.#profile(end.at));
    return lines;
  }

  #interrupted(): string[] {
    const ended = [...this.#begun].map(
      ([host, { title, position }]) => `  ${host}: ${title} ${style.quiet(`at ${formatPosition(position)}`)}`,
    );
    const what = ended.length > 0 ? 'these tasks were ended in their middle' : 'no task was ended in its middle';
    return [style.failed(`interrupted: ${what}, and what comes after them did not run`), ...ended.sort()];
  }

  /** `preflight 2.1 s, docker 340 ms`: what the tasks of each role took, in the order of the play; hosts work side by side. */
  #roles({ columns, terminal }: ReporterOptions): string[] {
    const sums = new Map<string, number>();
    for (const { role, ms } of this.#times.values()) if (role) sums.set(role, (sums.get(role) ?? 0) + ms);
    const words = [...sums].map(([role, ms], i) => `${role} ${duration(ms)}${i < sums.size - 1 ? ',' : ''}`);
    if (!terminal) return [words.join(' ')];
    return words.reduce<string[]>((lines, word) => {
      const last = lines.at(-1);
      if (last === undefined || last.length + 1 + word.length > columns) return [...lines, word];
      return [...lines.slice(0, -1), `${last} ${word}`];
    }, []);
  }

  #profile(total: number): string[] {
    const slowest = [...this.#times.values()].sort((a, b) => b.ms - a.ms).slice(0, 20);
    return slowest
      .filter(({ ms }) => ms >= 1)
      .map(({ title, position, ms }) => {
        const share = `${Math.round((ms / total) * 100)}%`.padStart(4);
        return `${duration(ms).padStart(9)} ${share}  ${title} ${style.quiet(position)}`;
      });
  }

  #stop(at: number): void {
    const times = this.#running && this.#times.get(this.#running.id);
    if (this.#running && times) times.ms += at - this.#running.at;
    this.#running = undefined;
  }
}

/** Milliseconds as a person says them. */
export const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
};
