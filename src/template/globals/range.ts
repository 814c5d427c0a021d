import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { TemplateError } from '../template-error.ts';

const largest = 10_000_000;

/** Python's `range`, as a list. */
export const range = plugin('first, last=None, step=1', (_, first, last, step) => {
  const by = asInteger(step, 'step');
  if (by === 0) throw new TemplateError('range() arg 3 must not be zero');
  const [from, to] =
    last === null ? [0, asInteger(first, 'stop')] : [asInteger(first, 'start'), asInteger(last, 'stop')];
  const length = Math.max(0, Math.ceil((to - from) / by));
  if (length > largest) throw new TemplateError(`this range has ${length} numbers, which is too many`);
  return Array.from({ length }, (_unused, index) => from + index * by);
});
