import { TemplateError } from '../template-error.ts';
import { type Dict, Float, Opaque, Tuple, type Value } from '../values.ts';
import { equals } from './equality.ts';
import { typeName } from './type-name.ts';

const absent = Symbol('absent');

/** The key that stands in `dict` for `key`: 1, 1.0 and True are one key in Python, and tuples are equal by their items. */
const findKey = (dict: Dict, key: Value): Value | typeof absent => {
  if (dict.has(key)) return key;
  if (typeof key === 'string' || key === null) return absent;
  if (!isHashable(key)) throw new TemplateError(`unhashable type: '${typeName(key)}'`);
  for (const own of dict.keys()) if (typeof own !== 'string' && equals(own, key)) return own;
  return absent;
};

const isHashable = (key: Value): boolean =>
  key instanceof Tuple ? key.every(isHashable) : !Array.isArray(key) && !(key instanceof Map);

/** The value under `key`; JavaScript's undefined where there is none. */
export const dictGet = (dict: Dict, key: Value): Value | undefined => {
  const found = dict.get(key);
  if (found !== undefined || typeof key === 'string') return found;
  const own = findKey(dict, key);
  return own === absent ? undefined : dict.get(own);
};

export const dictHas = (dict: Dict, key: Value): boolean => findKey(dict, key) !== absent;

export const dictSet = (dict: Dict, key: Value, value: Value): void => {
  const own = typeof key === 'string' ? key : findKey(dict, key);
  dict.set(own === absent ? key : own, value);
};

export const dictDelete = (dict: Dict, key: Value): boolean => {
  const own = findKey(dict, key);
  return own !== absent && dict.delete(own);
};

/** A dict made from pairs, by Python's rule for equal keys: the first key stays, the last value wins. */
export const makeDict = (pairs: Iterable<readonly [Value, Value]>): Dict => {
  const dict: Dict = new Map();
  for (const [key, value] of pairs) dictSet(dict, key, value);
  return dict;
};

/** Whether a value is a mapping that can be walked: a dict, or an object like `hostvars`. */
export const isMapping = (value: Value): value is Dict | (Opaque & { keys(): Value[] }) =>
  value instanceof Map || (value instanceof Opaque && value.keys !== undefined);

/** The pairs of any mapping. */
export const entriesOf = (mapping: Dict | Opaque): (readonly [Value, Value])[] =>
  mapping instanceof Map
    ? [...mapping]
    : (mapping.keys?.() ?? []).map((key) => [key, mapping.get(key) ?? null] as const);

/** A set of hashable and unhashable values, equal as Python has it. Keeps the order of insertion. */
export class ValueSet {
  private readonly simple = new Set<Value>();
  private readonly others: Value[] = [];

  has(value: Value): boolean {
    const key = simplify(value);
    return key !== undefined ? this.simple.has(key) : this.others.some((other) => equals(other, value));
  }

  /** False where an equal value is in already. */
  add(value: Value): boolean {
    if (this.has(value)) return false;
    const key = simplify(value);
    if (key !== undefined) this.simple.add(key);
    else this.others.push(value);
    return true;
  }
}

const simplify = (value: Value): Value | undefined => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value === null)
    return value;
  if (typeof value === 'boolean') return Number(value);
  return value instanceof Float ? value.value : undefined;
};
