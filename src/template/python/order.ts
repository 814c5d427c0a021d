import { TemplateError } from '../template-error.ts';
import { Opaque, Tuple, Undefined, type Value } from '../values.ts';
import { equals, numeric } from './equality.ts';
import { typeName } from './type-name.ts';
import { undefinedError } from './undefined.ts';

/** Below zero, zero or above it, as Python orders; throws Python's TypeError where the two have no order. NaN has none. */
export const compare = (a: Value, b: Value, operator = '<'): number => {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : x >= y ? 0 : Number.NaN;
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple)
    return compareItems(a, b, operator);
  if (a instanceof Opaque && b instanceof Opaque && a.compare) {
    const order = a.compare(b);
    if (order !== undefined) return order;
  }
  if (a instanceof Undefined) throw undefinedError(a);
  if (b instanceof Undefined) throw undefinedError(b);
  throw new TemplateError(
    `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
    hintFor(a, b),
  );
};

const hintFor = (a: Value, b: Value): { hint?: string } =>
  (typeof a === 'string' && numeric(b) !== undefined) || (typeof b === 'string' && numeric(a) !== undefined)
    ? { hint: "one side is a string: '| int' or '| float' makes a number of it, 'is version' compares versions" }
    : {};

const compareItems = (a: readonly Value[], b: readonly Value[], operator: string): number => {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const [x, y] = [a[index] as Value, b[index] as Value];
    if (!equals(x, y)) return compare(x, y, operator);
  }
  return a.length - b.length;
};

/** By code points, which is not the order of UTF-16 where surrogates meet U+E000 and above. */
const compareText = (a: string, b: string): number => {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
};

const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

/** Sorted as Python's `sorted` does, stable, by what `key` makes of each. */
export const sorted = (
  list: readonly Value[],
  key: (item: Value) => Value = (item) => item,
  reverse = false,
): Value[] => {
  const keyed = list.map((item) => [key(item), item] as const);
  // Python keeps equal items in their order when it reverses, too.
  keyed.sort(([a], [b]) => (reverse ? compare(b, a) : compare(a, b)) || 0);
  return keyed.map(([, item]) => item);
};
