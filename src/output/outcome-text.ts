import type { Outcome } from '../run/events.ts';
import { formatPosition } from '../util/position.ts';
import { fieldOf, plainValue } from './plain-value.ts';
import type { ReporterOptions } from './reporter.ts';
import { style } from './style.ts';
import { unifiedDiff } from './unified-diff.ts';

/** The lines that one result is told in: who, how it ended, and what a user must know of it. */
export const outcomeLines = (outcome: Outcome, label: string | undefined, options: ReporterOptions): string[] => {
  const where = outcome.delegatedTo === undefined ? outcome.host : `${outcome.host} -> ${outcome.delegatedTo}`;
  const item = label === undefined ? '' : ` => (item=${oneLine(label)})`;
  const lines = [`${heading(outcome)}: [${where}]${item}`];
  if (outcome.status === 'failed') lines.push(...failureLines(outcome, options));
  else if (outcome.status !== 'skipped' && printed.has(shortName(outcome.task.module)))
    lines.push(...printLines(outcome));
  else if (outcome.status !== 'skipped' && options.answers && options.verbosity === 0)
    lines.push(...answerLines(outcome));
  if (options.verbosity > 0 || options.checkMode) lines.push(...changeLines(outcome));
  if (options.diff) for (const diff of outcome.diff) lines.push(...indent(unifiedDiff(diff)));
  const hidden = outcome.status === 'skipped' && options.verbosity < 2;
  if (options.verbosity > 0 && !hidden) lines.push(...indent(JSON.stringify(shown(outcome), undefined, 2)));
  if (outcome.ignored) lines.push(style.skipped('  ignored, as the task asks'));
  return lines;
};

/** What is worth reading of a result that is printed because its task failed. */
export const failureLines = (outcome: Outcome, options: ReporterOptions): string[] => {
  const { result } = outcome;
  const lines: string[] = [];
  const placed = outcome.diagnostics.filter(({ position }) => position);
  if (placed.length > 0) for (const diagnostic of placed) lines.push(...indent(options.formatDiagnostic(diagnostic)));
  else {
    lines.push(...indent(String(fieldOf(result, 'msg') ?? fieldOf(result, 'censored') ?? 'it gave no reason')));
    for (const stream of ['stderr', 'stdout', 'module_stderr']) {
      const text = fieldOf(result, stream);
      if (typeof text === 'string' && text.trim() !== '') lines.push(...indent(lastLines(text.trimEnd())));
    }
  }
  lines.push(style.quiet(`  at ${formatPosition(outcome.task.position)}`));
  if (options.verbosity > 2) lines.push(...indent(String(fieldOf(result, 'exception') ?? '')));
  return lines;
};

export const indent = (text: string): string[] =>
  text === '' ? [] : text.split('\n').map((line) => (line === '' ? '' : `  ${line}`));

/** `debug` is there to be read. */
const printed = new Set(['debug']);

const printLines = (outcome: Outcome): string[] => {
  const { result } = outcome;
  if (!(result instanceof Map)) return [];
  const keys = [...result.keys()].filter(
    (key) => !['changed', 'failed', 'verbose_always', 'item', 'ansible_loop_var'].includes(String(key)),
  );
  return keys.flatMap((key) => {
    const value = plainValue(result.get(key));
    const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
    return indent(key === 'msg' ? text : `${String(key)}: ${text}`);
  });
};

/** What a command printed; of any other module all that its result says. */
const answerLines = (outcome: Outcome): string[] => {
  const streams = ['stdout', 'stderr'].map((stream) => fieldOf(outcome.result, stream));
  if (streams.every((stream) => typeof stream !== 'string')) return printLines(outcome);
  return streams.flatMap((text) => indent(String(text ?? '').trimEnd()));
};

const changeLines = (outcome: Outcome): string[] =>
  outcome.changes.map(({ what, before, after }) =>
    style.quiet(
      `  ${what}: ${before === null ? 'absent' : oneLine(before)} → ${after === null ? 'absent' : oneLine(after)}`,
    ),
  );

const heading = ({ status, ignored, rescued }: Outcome): string => {
  if (status === 'failed') return style.failed(ignored || rescued ? 'failed' : 'fatal');
  return style[status](status === 'skipped' ? 'skipping' : status);
};

const shown = (outcome: Outcome): unknown => plainValue(outcome.result);
const shortName = (name: string): string => name.replace(/^ansible\.(builtin|legacy)\./, '');
const oneLine = (text: string): string => (text.includes('\n') ? `${text.split('\n', 1)[0]} …` : text);

const lastLines = (text: string): string => {
  const lines = text.split('\n');
  return lines.length > 30 ? ['…', ...lines.slice(-30)].join('\n') : text;
};
