import type { Event, TaskName } from '../run/events.ts';
import { formatPosition } from '../util/position.ts';
import { indent, outcomeLines } from './outcome-text.ts';
import { fieldOf } from './plain-value.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { style } from './style.ts';
import { Summary } from './summary.ts';

const progressEveryMs = 10_000;

/** Line by line, as Ansible's users know it: for logs, pipes, screen readers, and terminals that a live view would tear. */
export class PlainReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #summary = new Summary();
  #heading = -1;
  /** When each host last said how far it is. */
  readonly #told = new Map<string, number>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  event(event: Event): void {
    this.#summary.event(event);
    for (const line of this.#lines(event)) this.#options.write(`${line}\n`);
  }

  async end(): Promise<void> {}

  #lines(event: Event): readonly string[] {
    switch (event.type) {
      case 'play-start':
        return ['', this.#title(`PLAY [${event.play.name}]`)];
      case 'batch-start':
        return ['', style.quiet(`batch ${event.number}: ${event.hosts.join(', ')}`)];
      case 'no-hosts':
        return ['', this.#title(`PLAY [${event.play.name}]`), style.warning(`skipping: ${event.reason}`)];
      case 'task-start':
        return this.#task(event.task);
      case 'item-result':
        return [...this.#under(event.task), ...outcomeLines(event, event.label, this.#options)];
      case 'task-result':
        return this.#result(event);
      case 'output': {
        const lines = event.text.replace(/\n$/, '').split('\n');
        return [...this.#under(event.task), ...lines.map((line) => style.quiet(`[${event.host}] ${line}`))];
      }
      case 'progress':
        return this.#progress(event);
      case 'include':
        return [...this.#under(event.task), style.skipped(`included: ${event.file} for ${event.hosts.join(', ')}`)];
      case 'retry': {
        const left = `${event.left} ${event.left === 1 ? 'retry' : 'retries'} left`;
        return [...this.#under(event.task), style.quiet(`retrying: [${event.host}]: ${event.task.name} (${left})`)];
      }
      case 'unreachable': {
        const lines = [`${style.failed('unreachable')}: [${event.host}]`, ...indent(event.message)];
        if (event.hint !== undefined) lines.push(...indent(event.hint));
        if (event.task) lines.push(style.quiet(`  at ${formatPosition(event.task.position)}`));
        return event.ignored ? [...lines, style.skipped('  ignored, as the task asks')] : lines;
      }
      case 'warning':
        return this.#options.formatDiagnostic(event.diagnostic).split('\n');
      case 'run-end':
        return ['', this.#title('PLAY RECAP'), ...this.#summary.lines(event, this.#options)];
      default:
        return [];
    }
  }

  /** Lines stay, so how far a host is comes only so often. */
  #progress(event: Event & { readonly type: 'progress' }): readonly string[] {
    if (event.at - (this.#told.get(event.host) ?? Number.NEGATIVE_INFINITY) < progressEveryMs) return [];
    this.#told.set(event.host, event.at);
    return [...this.#under(event.task), style.quiet(`[${event.host}] ${event.text}`)];
  }

  #result(event: Event & { readonly type: 'task-result' }): readonly string[] {
    // The items have told it already, but for a loop that could not begin or had nothing to do.
    if (event.looped && (fieldOf(event.result, 'results') as unknown[] | undefined)?.length) {
      return event.status === 'failed' && event.ignored ? [style.skipped('  ignored, as the task asks')] : [];
    }
    return [...this.#under(event.task), ...outcomeLines(event, undefined, this.#options)];
  }

  #task(task: TaskName): readonly string[] {
    if (this.#heading === task.id) return [];
    this.#heading = task.id;
    const lines = ['', this.#title(`${task.handler ? 'RUNNING HANDLER' : 'TASK'} [${task.title}]`)];
    return this.#options.verbosity > 1 ? [...lines, style.quiet(formatPosition(task.position))] : lines;
  }

  /** With a strategy that lets hosts go ahead, results come for a task whose heading is not the last one. */
  #under(task: TaskName): readonly string[] {
    return this.#task(task);
  }

  #title(text: string): string {
    // On a terminal this is for who has it read out, and stars are not.
    if (this.#options.terminal) return style.heading(text);
    const width = Math.min(this.#options.columns, 80);
    return style.heading(`${text} ${'*'.repeat(Math.max(3, width - text.length - 1))}`);
  }
}
