import { Listr } from 'listr2';
import type { Event, Outcome, TaskName } from '../run/events.ts';
import { formatPosition } from '../util/position.ts';
import { failureLines, indent, outcomeLines } from './outcome-text.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { style } from './style.ts';
import { duration, Summary } from './summary.ts';

/** How a task stands over all its hosts. */
interface Row {
  readonly task: TaskName;
  readonly hosts: number;
  readonly began: number;
  readonly done: Map<string, 'ok' | 'changed' | 'skipped' | 'failed' | 'unreachable'>;
  readonly waiting: Set<string>;
  /** What stays to be read below the row. */
  readonly notes: string[];
  finish: () => void;
  refresh: () => void;
}

/**
 * For a terminal: one row per task, whatever the number of hosts, with what it comes to so far and whom it waits for; only
 * failures, changes that were asked for and printed messages stay below it.
 */
export class LiveReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #summary = new Summary();
  #row: Row | undefined;
  /** Rows are drawn one after another; what is written between them waits for its turn. */
  #drawn: Promise<void> = Promise.resolve();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  event(event: Event): void {
    this.#summary.event(event);
    switch (event.type) {
      case 'play-start':
        this.#close(event.at);
        this.#print(['', style.heading(event.play.name), style.quiet(hostList(event.hosts))]);
        break;
      case 'batch-start':
        this.#close(event.at);
        this.#print([style.quiet(`batch ${event.number}: ${hostList(event.hosts)}`)]);
        break;
      case 'no-hosts':
        this.#close(event.at);
        this.#print(['', style.heading(event.play.name), style.warning(`skipped: ${event.reason}`)]);
        break;
      case 'task-start':
        this.#open(event.task, event.hosts, event.at);
        break;
      case 'host-start':
        this.#row?.waiting.add(event.host);
        this.#row?.refresh();
        break;
      case 'item-result':
        this.#note(event, event.label);
        break;
      case 'task-result':
        this.#end(event.host, event.status);
        if (!event.looped) this.#note(event, undefined);
        break;
      case 'include':
        for (const host of event.hosts) this.#end(host, 'ok');
        break;
      case 'unreachable':
        this.#end(event.host, 'unreachable');
        this.#row?.notes.push(`${style.failed('unreachable')}: ${event.host}`, ...indent(event.message));
        if (event.hint !== undefined) this.#row?.notes.push(...indent(event.hint));
        if (event.task) this.#row?.notes.push(style.quiet(`  at ${formatPosition(event.task.position)}`));
        break;
      case 'retry':
        this.#row?.refresh();
        break;
      case 'warning':
        this.#tell(this.#options.formatDiagnostic(event.diagnostic).split('\n'));
        break;
      case 'run-end':
        this.#close(event.at);
        this.#print(['', ...this.#summary.lines(event, this.#options)]);
        break;
    }
  }

  async end(): Promise<void> {
    this.#row?.finish();
    await this.#drawn;
  }

  #open(task: TaskName, hosts: readonly string[], at: number): void {
    if (this.#row?.task.id === task.id) return;
    this.#close(at);
    let finish = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const row: Row = {
      task,
      hosts: hosts.length,
      began: at,
      done: new Map(),
      waiting: new Set(),
      notes: [],
      finish,
      refresh: () => undefined,
    };
    this.#row = row;
    this.#drawn = this.#drawn.then(() => draw(row, over));
  }

  #close(at: number): void {
    const row = this.#row;
    if (!row) return;
    this.#row = undefined;
    row.refresh = () => undefined;
    row.finish();
    this.#print([rowLine(row, at - row.began), ...indent(row.notes.join('\n'))]);
  }

  #end(host: string, status: Outcome['status'] | 'unreachable'): void {
    this.#row?.done.set(host, status);
    this.#row?.waiting.delete(host);
    this.#row?.refresh();
  }

  #note(outcome: Outcome, label: string | undefined): void {
    if (outcome.status === 'failed') {
      const item = label === undefined ? '' : ` (item=${label})`;
      this.#row?.notes.push(`${style.failed('failed')}: ${outcome.host}${item}`);
      this.#row?.notes.push(...failureLines(outcome, this.#options));
      return;
    }
    const lines = outcomeLines(outcome, label, this.#options);
    if (lines.length > 1) this.#row?.notes.push(...lines);
  }

  #tell(lines: readonly string[]): void {
    if (this.#row) this.#row.notes.push(...lines);
    else this.#print(lines);
  }

  #print(lines: readonly string[]): void {
    this.#drawn = this.#drawn.then(() => this.#options.write(`${lines.join('\n')}\n`));
  }
}

/** The row while its task runs; it leaves nothing behind, since its last state is printed as a line. */
const draw = async (row: Row, over: Promise<void>): Promise<void> => {
  const list = new Listr<unknown, 'default', 'silent'>(
    [
      {
        title: row.task.title,
        task: async (_context, task) => {
          row.refresh = () => {
            task.title = `${row.task.title} ${style.quiet(progress(row))}`;
          };
          row.refresh();
          await over;
        },
      },
    ],
    {
      renderer: 'default',
      fallbackRenderer: 'silent',
      registerSignalListeners: false,
      collectErrors: false,
      rendererOptions: { clearOutput: true },
    },
  );
  await list.run();
};

const rowLine = (row: Row, ms: number): string => {
  const counts = countsOf(row);
  const bad = (counts.get('failed') ?? 0) + (counts.get('unreachable') ?? 0) > 0;
  const mark = bad
    ? style.failed('✖')
    : counts.has('changed')
      ? style.changed('●')
      : counts.has('ok')
        ? style.ok('✔')
        : style.skipped('○');
  const words = [...counts].map(([status, count]) =>
    style[status === 'unreachable' ? 'failed' : status](`${count} ${status}`),
  );
  const spent = ms < 1000 ? '' : style.quiet(`  ${duration(ms)}`);
  return `${mark} ${row.task.title}  ${words.join(', ')}${spent}`;
};

const progress = (row: Row): string => {
  const words = [`${row.done.size}/${row.hosts}`, ...[...countsOf(row)].map(([status, count]) => `${count} ${status}`)];
  const slow = [...row.waiting].slice(0, 3).join(', ');
  if (slow && row.waiting.size < row.hosts) words.push(`waiting for ${slow}${row.waiting.size > 3 ? ' …' : ''}`);
  return words.join(', ');
};

const countsOf = (row: Row) => {
  const counts = new Map<'ok' | 'changed' | 'skipped' | 'failed' | 'unreachable', number>();
  for (const status of ['ok', 'changed', 'skipped', 'failed', 'unreachable'] as const) {
    const count = [...row.done.values()].filter((each) => each === status).length;
    if (count > 0) counts.set(status, count);
  }
  return counts;
};

const hostList = (hosts: readonly string[]): string =>
  hosts.length <= 6 ? hosts.join(', ') : `${hosts.slice(0, 5).join(', ')} and ${hosts.length - 5} more`;
