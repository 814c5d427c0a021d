import { type Dict, Float, Opaque, Tuple, Undefined, type Value } from '../values.ts';
import { dictGet } from './dict.ts';
import { undefinedError } from './undefined.ts';

/** Python's `==`. Throws for an undefined value. */
export const equals = (a: Value, b: Value): boolean => {
  if (a instanceof Undefined) throw undefinedError(a);
  if (b instanceof Undefined) throw undefinedError(b);
  if (a === b) return true;
  if (typeof a === 'string' || typeof b === 'string' || a === null || b === null) return false;
  const [x, y] = [numeric(a), numeric(b)];
  // Order, unlike identity, compares a bigint with a number by value.
  if (x !== undefined || y !== undefined) return x !== undefined && y !== undefined && x <= y && x >= y;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a instanceof Tuple === b instanceof Tuple && sameItems(a, b);
  }
  if (a instanceof Map) return b instanceof Map && sameDict(a, b);
  return a instanceof Opaque && b instanceof Opaque && a.compare ? a.compare(b) === 0 : false;
};

/** The JavaScript number or bigint of any of Python's numbers. */
export const numeric = (value: Value): number | bigint | undefined => {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof Float ? value.value : undefined;
};

const sameItems = (a: readonly Value[], b: readonly Value[]): boolean =>
  a.length === b.length && a.every((item, index) => equals(item, b[index] as Value));

const sameDict = (a: Dict, b: Dict): boolean => {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = dictGet(b, key);
    if (other === undefined || !equals(value, other)) return false;
  }
  return true;
};
