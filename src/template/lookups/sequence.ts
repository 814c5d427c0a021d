import { parseInteger } from '../filters/int.ts';
import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { formatPercent } from '../python/percent-format.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

interface Sequence {
  readonly start: number;
  readonly end: number | undefined;
  readonly count: number | undefined;
  readonly stride: number;
  readonly format: string;
}

/** Numbers as strings: `start=0 end=8 stride=2 format=x%02d`, `count=3`, or in short `0-8/2:x%02d`. */
export const sequence = plugin(
  'start=1, end=None, count=None, stride=1, format=',
  (_, terms, start, end, count, stride, format) => {
    const given: Sequence = {
      start: whole(start),
      end: end === null ? undefined : whole(end),
      count: count === null ? undefined : whole(count),
      stride: whole(stride),
      format: format === '' || format === 'd' ? '%d' : toText(format),
    };
    const list = terms as Value[];
    return (list.length === 0 ? [given] : list.map((term) => readTerm(toText(term)))).flatMap(numbers);
  },
);

const whole = (value: Value): number => {
  const number = typeof value === 'string' ? parseInteger(value, 0) : numeric(value);
  if (typeof number === 'number') return number;
  throw new TemplateError(`the lookup 'sequence' needs whole numbers, not '${toText(value)}'`);
};

const short = /^(?:(0?x?[\da-f]+)-)?(0?x?[\da-f]+)(?:\/(0?x?[\da-f]+))?(?::(.+))?$/i;

const readTerm = (term: string): Sequence => {
  const brief = short.exec(term);
  if (brief) {
    const [, start = '1', end = '', stride = '1', format = '%d'] = brief;
    return { start: whole(start), end: whole(end), count: undefined, stride: whole(stride), format };
  }
  const options = new Map<string, string>();
  for (const part of term.split(/\s+/).filter(Boolean)) {
    const [, key, value = ''] = /^(start|end|count|stride|format)=(.*)$/.exec(part) ?? [];
    if (key === undefined) throw new TemplateError(`the lookup 'sequence' can't read '${part}'`);
    options.set(key, value);
  }
  const number = (key: string): number | undefined => {
    const value = options.get(key);
    return value === undefined ? undefined : whole(value);
  };
  return {
    start: number('start') ?? 1,
    end: number('end'),
    count: number('count'),
    stride: number('stride') ?? 1,
    format: options.get('format') ?? '%d',
  };
};

const numbers = ({ start, end, count, stride, format }: Sequence): string[] => {
  if (end === undefined && count === undefined) throw new TemplateError("the lookup 'sequence' needs 'end' or 'count'");
  if (end !== undefined && count !== undefined)
    throw new TemplateError("the lookup 'sequence' takes 'end' or 'count', not both");
  if (count === 0) return [];
  const last = end ?? start + (count as number) * stride - stride;
  if (stride > 0 && last < start) throw new TemplateError("to count backwards make 'stride' negative");
  if (stride < 0 && last > start) throw new TemplateError("to count forwards don't make 'stride' negative");
  const result: string[] = [];
  if (stride === 0) return result;
  for (let number = start; stride > 0 ? number <= last : number >= last; number += stride)
    result.push(formatPercent(format, number));
  return result;
};
