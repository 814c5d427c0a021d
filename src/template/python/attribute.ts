import { TemplateError } from '../template-error.ts';
import { Callable, Float, Opaque, Tuple, Undefined, type Value } from '../values.ts';
import { charactersOf, isWide } from './characters.ts';
import { dictGet } from './dict.ts';
import { dictMethods } from './dict-methods.ts';
import { numeric } from './equality.ts';
import { listMethods, tupleMethods } from './list-methods.ts';
import type { Method } from './method.ts';
import { NamedTuple } from './named-tuple.ts';
import { numberMethods } from './number-methods.ts';
import { Slice, takeSlice } from './slice.ts';
import { stringMethods } from './string-methods.ts';

/** The method that Python's type of `value` has under `name`. */
export const methodOf = (value: Value, name: string): Method<Value> | undefined => {
  const methods = methodsOf(value);
  return methods && Object.hasOwn(methods, name) ? (methods[name] as Method<Value>) : undefined;
};

const methodsOf = (value: Value): Readonly<Record<string, unknown>> | undefined => {
  if (typeof value === 'string') return stringMethods;
  if (value instanceof Map) return dictMethods;
  if (value instanceof Tuple) return tupleMethods;
  if (Array.isArray(value)) return listMethods;
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return numberMethods;
  return undefined;
};

/** `value.name` by Jinja2's rule: an attribute first, then an item. JavaScript's undefined where there is neither. */
export const getAttribute = (value: Value, name: string): Value | undefined => {
  const method = methodOf(value, name);
  if (method) return bind(value, name, method);
  if (value instanceof Map) return value.get(name);
  if (value instanceof Opaque) return value.get(name);
  if (value instanceof Callable || value instanceof NamedTuple) return value.member(name);
  return numberAttribute(value, name);
};

const numberAttribute = (value: Value, name: string): Value | undefined => {
  const number = numeric(value);
  if (number === undefined) return undefined;
  if (name === 'real' || (name === 'numerator' && !(value instanceof Float))) return value;
  if (name === 'imag') return value instanceof Float ? new Float(0) : 0;
  return name === 'denominator' && !(value instanceof Float) ? 1 : undefined;
};

/** `value[key]` by Jinja2's rule: an item first, then an attribute. */
export const getItem = (value: Value, key: Value): Value | undefined => {
  if (value instanceof Map) {
    if (key instanceof Slice) throw new TemplateError('a dict has no order to take a slice of');
    const found = Array.isArray(key) || key instanceof Map ? tupleItem(value, key) : dictGet(value, key);
    if (found !== undefined) return found;
  } else if (Array.isArray(value) || typeof value === 'string') {
    if (key instanceof Slice) return takeSlice(value, key);
    const index = key instanceof Float ? undefined : numeric(key);
    if (typeof index === 'number') return itemAt(value, index);
  } else if (value instanceof Opaque) return value.get(key);
  else if (value instanceof Callable) return value.member(key);
  if (typeof key !== 'string') return undefined;
  if (value instanceof NamedTuple) return value.member(key);
  const method = methodOf(value, key);
  return method ? bind(value, key, method) : undefined;
};

const tupleItem = (dict: Map<Value, Value>, key: Value): Value | undefined =>
  key instanceof Tuple ? dictGet(dict, key) : undefined;

const itemAt = (value: string | Value[], index: number): Value | undefined => {
  if (typeof value !== 'string') return value[index < 0 ? index + value.length : index];
  return isWide(value) ? charactersOf(value).at(index) : value.at(index);
};

const bind = (value: Value, name: string, method: Method<Value>): Callable =>
  new Callable(name, (positional, named) => method(value, positional, named));

/** What is said of a member that is not there. */
export const missingMember = (value: Value, key: Value, typeNameOf: (value: Value) => string): string => {
  if (value instanceof Undefined) return value.reason;
  const shown = typeof key === 'string' ? `'${key}'` : String(key);
  return `object of type '${typeNameOf(value)}' has no attribute ${shown}`;
};
