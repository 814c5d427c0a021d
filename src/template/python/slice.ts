import { TemplateError } from '../template-error.ts';
import { Opaque, Tuple, type Value } from '../values.ts';
import { charactersOf } from './characters.ts';
import { numeric } from './equality.ts';
import { typeName } from './type-name.ts';

/** Python's `slice`, as `x[a:b:c]` hands it to `x`. */
export class Slice extends Opaque {
  readonly typeName = 'slice';
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
  constructor(start: Value, stop: Value, step: Value) {
    super();
    [this.start, this.stop, this.step] = [start, stop, step];
  }
  get(): undefined {
    return undefined;
  }
}

/** The part of a string, list or tuple that a slice names. */
export const takeSlice = (value: string | Value[], slice: Slice): Value => {
  const items: readonly Value[] = typeof value === 'string' ? charactersOf(value) : value;
  const picked = indices(items.length, slice).map((index) => items[index] as Value);
  if (typeof value === 'string') return picked.join('');
  return value instanceof Tuple ? (Tuple.from(picked) as Tuple) : picked;
};

const indices = (length: number, slice: Slice): number[] => {
  const step = whole(slice.step) ?? 1;
  if (step === 0) throw new TemplateError('slice step cannot be zero');
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const bound = (value: Value, fallback: number): number => {
    const given = whole(value);
    if (given === undefined) return fallback;
    return Math.min(highest, Math.max(lowest, given < 0 ? given + length : given));
  };
  const [start, stop] = [
    bound(slice.start, step > 0 ? lowest : highest),
    bound(slice.stop, step > 0 ? highest : lowest),
  ];
  const result: number[] = [];
  for (let index = start; step > 0 ? index < stop : index > stop; index += step) result.push(index);
  return result;
};

const whole = (value: Value): number | undefined => {
  if (value === null) return undefined;
  const number = typeof value === 'number' || typeof value === 'boolean' ? numeric(value) : undefined;
  if (typeof number === 'number') return number;
  throw new TemplateError(`slice indices must be integers or None, not '${typeName(value)}'`);
};
