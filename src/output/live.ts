import { Listr } from 'listr2';
import type { Event, Outcome, TaskName } from '../run/events.ts';
import { formatPosition } from '../util/position.ts';
import { failureLines, indent, outcomeLines } from './outcome-text.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { Row } from './row.ts';
import { style } from './style.ts';
import { Summary } from './summary.ts';

/** A row and what draws it: `finish` ends the drawing, `refresh` draws it anew. */
interface Drawn {
  readonly row: Row;
  readonly finish: () => void;
  refresh: () => void;
}

/**
 * For a terminal: one row per task (a deploy: per role), whatever the number of hosts, with what it comes to so far and whom it waits for; only
 * failures, changes that were asked for and printed messages stay below it.
 */
export class LiveReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #summary = new Summary();
  #drawing: Drawn | undefined;
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
        this.#drawing?.row.start(event.host, event.task);
        this.#drawing?.refresh();
        break;
      case 'progress':
        this.#drawing?.row.progress(event.host, event.text);
        this.#drawing?.refresh();
        break;
      case 'item-result':
        this.#note(event, event.label);
        break;
      case 'task-result':
        this.#end(event.host, event.status, event.durationMs);
        if (!event.looped) this.#note(event, undefined);
        break;
      case 'include':
        for (const host of event.hosts) this.#end(host, 'ok', 0);
        break;
      case 'unreachable':
        this.#end(event.host, 'unreachable', 0);
        this.#drawing?.row.notes.push(`${style.failed('unreachable')}: ${event.host}`, ...indent(event.message));
        if (event.hint !== undefined) this.#drawing?.row.notes.push(...indent(event.hint));
        if (event.task) this.#drawing?.row.notes.push(style.quiet(`  at ${formatPosition(event.task.position)}`));
        break;
      case 'retry':
        this.#drawing?.refresh();
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
    this.#drawing?.finish();
    await this.#drawn;
  }

  #open(task: TaskName, hosts: readonly string[], at: number): void {
    if (this.#drawing?.row.takes(task, hosts)) return;
    this.#close(at);
    const row = new Row(task, hosts, at, this.#options.byRole === true);
    let finish = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const drawing: Drawn = { row, finish, refresh: () => undefined };
    this.#drawing = drawing;
    this.#drawn = this.#drawn.then(() => draw(drawing, over));
  }

  #close(at: number): void {
    const drawing = this.#drawing;
    if (!drawing) return;
    this.#drawing = undefined;
    drawing.refresh = () => undefined;
    drawing.finish();
    this.#print([drawing.row.over(at, this.#options.columns), ...indent(drawing.row.notes.join('\n'))]);
  }

  #end(host: string, status: Outcome['status'] | 'unreachable', ms: number): void {
    this.#drawing?.row.end(host, status, ms);
    this.#drawing?.refresh();
  }

  #note(outcome: Outcome, label: string | undefined): void {
    if (outcome.status === 'failed') {
      const item = label === undefined ? '' : ` (item=${label})`;
      this.#drawing?.row.notes.push(`${style.failed('failed')}: ${outcome.host}${item}`);
      this.#drawing?.row.notes.push(...failureLines(outcome, this.#options));
      return;
    }
    const lines = outcomeLines(outcome, label, this.#options);
    if (lines.length > 1) this.#drawing?.row.notes.push(...lines);
  }

  #tell(lines: readonly string[]): void {
    if (this.#drawing) this.#drawing.row.notes.push(...lines);
    else this.#print(lines);
  }

  #print(lines: readonly string[]): void {
    this.#drawn = this.#drawn.then(() => this.#options.write(`${lines.join('\n')}\n`));
  }
}

/** The row while it runs; it leaves nothing behind, since its last state is printed as a line. */
const draw = async (drawing: Drawn, over: Promise<void>): Promise<void> => {
  const list = new Listr<unknown, 'default', 'silent'>(
    [
      {
        title: drawing.row.running(),
        task: async (_context, task) => {
          drawing.refresh = () => {
            task.title = drawing.row.running();
          };
          drawing.refresh();
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

const hostList = (hosts: readonly string[]): string =>
  hosts.length <= 6 ? hosts.join(', ') : `${hosts.slice(0, 5).join(', ')} and ${hosts.length - 5} more`;
