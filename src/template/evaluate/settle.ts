import { undefinedError } from '../python/undefined.ts';
import { TemplateError } from '../template-error.ts';
import { Template, Tuple, Undefined, type Value, Vaulted } from '../values.ts';

/**
 * Containers that were walked and have no template, secret, tuple or undefined value in them, so that a large fact or a
 * list of hosts is walked once and not at each use.
 */
const plain = new WeakSet<object>();

type SettleLeaf = (leaf: Template | Vaulted) => Value;

/** Renders the templates inside a value. A container without any comes back as it is; one with some is copied. */
export const settleDeep = (value: object & Value, settleLeaf: SettleLeaf): Value => {
  if (value instanceof Template || value instanceof Vaulted) return settle(value, settleLeaf);
  if (!(Array.isArray(value) || value instanceof Map) || plain.has(value)) return value;
  return Array.isArray(value) ? settleList(value, settleLeaf) : settleMap(value, settleLeaf);
};

/** A template that fails for an undefined name is itself undefined: only its use is an error. */
const settle = (leaf: Template | Vaulted, settleLeaf: SettleLeaf): Value => {
  try {
    return settleLeaf(leaf);
  } catch (error) {
    if (error instanceof TemplateError && error.undefinedValue) return error.undefinedValue;
    throw error;
  }
};

const isPlain = (value: Value): boolean =>
  typeof value !== 'object' ||
  value === null ||
  plain.has(value) ||
  !(Array.isArray(value) || value instanceof Map || value instanceof Undefined);

const settleList = (list: Value[], settleLeaf: SettleLeaf): Value => {
  let copy: Value[] | undefined;
  let clean = !(list instanceof Tuple);
  for (let index = 0; index < list.length; index++) {
    const item = list[index] as Value;
    if (typeof item !== 'object' || item === null) continue;
    const settled = settleDeep(item, settleLeaf);
    if (settled !== item) {
      copy ??= list instanceof Tuple ? (Tuple.from(list) as Tuple) : [...list];
      copy[index] = settled;
    }
    if (!isPlain(settled)) clean = false;
  }
  const result = copy ?? list;
  if (clean) plain.add(result);
  return result;
};

const settleMap = (map: Map<Value, Value>, settleLeaf: SettleLeaf): Value => {
  let changed: Map<Value, Value> | undefined;
  let clean = true;
  for (const [key, item] of map) {
    const name = key instanceof Template ? settleDeep(key, settleLeaf) : key;
    const settled = typeof item === 'object' && item !== null ? settleDeep(item, settleLeaf) : item;
    if (settled !== item || name !== key) {
      if (!changed) {
        changed = new Map();
        for (const [before, value] of map) {
          if (before === key) break;
          changed.set(before, value);
        }
      }
    }
    changed?.set(name, settled);
    if (!isPlain(settled)) clean = false;
  }
  const result = changed ?? map;
  if (clean) plain.add(result);
  return result;
};

/** Lists for tuples, as Ansible hands values on; an undefined value inside is an error here. */
export const clearTuples = (value: Value): Value => {
  if (typeof value !== 'object' || value === null || plain.has(value)) return value;
  if (value instanceof Undefined) throw undefinedError(value);
  if (Array.isArray(value)) {
    const items = Array.from(value, clearTuples);
    const same = !(value instanceof Tuple) && items.every((item, index) => item === value[index]);
    const result = same ? value : items;
    plain.add(result);
    return result;
  }
  if (!(value instanceof Map)) return value;
  let same = true;
  const entries = Array.from(value, ([key, item]): [Value, Value] => {
    const cleared = clearTuples(item);
    if (cleared !== item) same = false;
    return [key, cleared];
  });
  const result = same ? value : new Map(entries);
  plain.add(result);
  return result;
};

/** A deep copy that a template may change without changing the variable. */
export const ownCopy = (value: Value): Value => {
  if (value instanceof Tuple) return Tuple.from(value, ownCopy) as Tuple;
  if (Array.isArray(value)) return value.map(ownCopy);
  return value instanceof Map ? new Map(Array.from(value, ([key, item]) => [key, ownCopy(item)])) : value;
};
