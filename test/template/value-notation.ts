import { toText } from '../../src/template/python/text.ts';
import { Callable, Float, Opaque, Template, Tuple, Undefined, type Value } from '../../src/template/values.ts';

/** Python's values in JSON, as `oracle/ask.py` writes them: what JSON has not is an object with one key that begins with `$`. */
export type Notation = null | boolean | number | string | Notation[] | { readonly [key: string]: Notation };

/** Reads a value; a string with a tag in it becomes a Template. */
export const readValue = (json: Notation): Value => {
  if (typeof json === 'string') return /\{[{%#]/.test(json) ? new Template(json) : json;
  if (Array.isArray(json)) return json.map(readValue);
  if (json === null || typeof json !== 'object') return json;
  if ('$int' in json) return BigInt(json.$int as string);
  if ('$float' in json) return new Float(Number(String(json.$float).replace('inf', 'Infinity')));
  if ('$tuple' in json) return Tuple.from((json.$tuple as Notation[]).map(readValue)) as Tuple;
  if ('$unsafe' in json) return json.$unsafe as string;
  const entries = '$dict' in json ? (json.$dict as [Notation, Notation][]) : Object.entries(json);
  return new Map(entries.map(([key, value]) => [readValue(key), readValue(value)]));
};

export const writeValue = (value: Value): Notation => {
  if (value instanceof Float) return { $float: toText(value) };
  if (typeof value === 'bigint') return { $int: String(value) };
  if (value instanceof Tuple) return { $tuple: Array.from(value, writeValue) };
  if (Array.isArray(value)) return value.map(writeValue);
  if (value instanceof Map) {
    const plain = [...value.keys()].every((key) => typeof key === 'string' && !/^(\d+$|\$)/.test(key));
    if (plain) return Object.fromEntries(Array.from(value, ([key, item]) => [key, writeValue(item)]));
    return { $dict: Array.from(value, ([key, item]) => [writeValue(key), writeValue(item)]) };
  }
  if (value instanceof Callable || value instanceof Opaque || value instanceof Undefined || value instanceof Template) {
    return { $other: value.constructor.name };
  }
  return value as Notation;
};
