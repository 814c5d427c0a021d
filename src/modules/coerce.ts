import { type Dict, Float, type Value } from '../template/values.ts';
import type { Option } from './module.ts';

/**
 * One value turned into the type that an option declares, by the rules of ansible-core's argument specs: `yes` is a
 * bool, `"5"` an int, `a,b` a list, `k=v, x=y` or JSON a dict. Throws TypeError whose message continues "unable to
 * convert to <type>: ". `raw` and `path` stay as they are (`~` and `$HOME` are the host's to expand: `shell/path.ts`).
 */
export const coerce = (value: Value, type: Option['type']): Value => coercions[type](value);

const coercions: Record<Option['type'], (value: Value) => Value> = {
  raw: (value) => value,
  str: (value) => asText(value),
  path: (value) => asText(value),
  bool: (value) => asBool(value),
  int: (value) => asInt(value),
  float: (value) => asFloat(value),
  list: (value) => asList(value),
  dict: (value) => asDict(value),
  json: (value) => (Array.isArray(value) || value instanceof Map ? JSON.stringify(plain(value)) : asText(value).trim()),
  bytes: (value) => asBytes(value),
};

const trueWords = new Set<Value>(['y', 'yes', 'on', '1', 'true', 't']);
const falseWords = new Set<Value>(['n', 'no', 'off', '0', 'false', 'f']);

const asBool = (value: Value): boolean => {
  if (typeof value === 'boolean') return value;
  const word = value instanceof Float ? String(value.value) : typeof value === 'number' ? String(value) : value;
  const plainWord = typeof word === 'string' ? word.trim().toLowerCase() : word;
  if (trueWords.has(plainWord)) return true;
  if (falseWords.has(plainWord)) return false;
  throw new TypeError(`${describe(value)} is not a valid boolean; write true or false`);
};

const asInt = (value: Value): number | bigint => {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const text = value instanceof Float ? String(value.value) : value;
  if (typeof text === 'string' && /^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$/.test(text)) {
    const whole = BigInt(text.trim().replaceAll('_', '').replace(/^\+/, '').replace(/\..*$/, ''));
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  throw new TypeError(`"${describe(value)}" cannot be converted to an int`);
};

const asFloat = (value: Value): Float => {
  if (value instanceof Float) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return new Float(Number(value));
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return new Float(Number(value));
  throw new TypeError(`"${describe(value)}" cannot be converted to a float`);
};

const asList = (value: Value): Value[] => {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return value.split(',').map((item) => item.trim());
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return [asText(value)];
  throw new TypeError(`${describe(value)} cannot be converted to a list`);
};

const asDict = (value: Value): Dict => {
  if (value instanceof Map) return value;
  if (typeof value !== 'string') throw new TypeError(`${describe(value)} cannot be converted to a dict`);
  const text = value.trim();
  if (text.startsWith('{')) {
    try {
      return fromPlain(JSON.parse(text)) as Dict;
    } catch {
      throw new TypeError('unable to evaluate string as dictionary: it begins with { and is not JSON');
    }
  }
  if (!text.includes('=')) throw new TypeError('dictionary requested, could not parse JSON or key=value');
  const pairs = text.match(/(?:[^\s,"'\\]|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+/g) ?? [];
  return new Map(
    pairs.map((pair): [Value, Value] => {
      const at = pair.indexOf('=');
      if (at < 0) throw new TypeError('dictionary requested, could not parse JSON or key=value');
      return [pair.slice(0, at).trim(), unquote(pair.slice(at + 1))];
    }),
  );
};

const unquote = (text: string): string =>
  text.replace(/\\(.)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g, (_, char, double, single) => char ?? double ?? single);

/** `10M`, `1.5 GB`, `512`: bytes, counted in powers of 1024. */
const asBytes = (value: Value): number => {
  const match = /^\s*(\d+(?:\.\d*)?)\s*([KMGTPEZY]?)(?:i?B|b)?\s*$/i.exec(asText(value));
  if (!match) throw new TypeError(`${describe(value)} cannot be read as a size such as 10M`);
  const power = ' KMGTPEZY'.indexOf((match[2] ?? '').toUpperCase() || ' ');
  return Math.round(Number(match[1]) * 1024 ** power);
};

/** Python's `str(value)`: `True`, `1.0`, `['a', 1]`, `{'k': None}`. */
export const asText = (value: Value): string => (typeof value === 'string' ? value : repr(value));

const repr = (value: Value): string => {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value.includes("'") && !value.includes('"') ? `"${value}"` : quoted(value);
  if (value instanceof Float) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (value instanceof Map) return `{${[...value].map(([k, v]) => `${repr(k)}: ${repr(v)}`).join(', ')}}`;
  return String(value);
};

const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`;

const describe = (value: Value): string => `'${asText(value)}'`;

/** A value as JSON holds it; floats lose their type. */
export const plain = (value: Value): unknown => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [asText(k), plain(v)]));
  if (Array.isArray(value)) return [...value].map(plain);
  if (value instanceof Float) return value.value;
  if (typeof value === 'bigint') return Number(value);
  return value;
};

/** What `JSON.parse` gave, as Python's values: maps for objects, Float for what has a fraction. */
export const fromPlain = (value: unknown): Value => {
  if (Array.isArray(value)) return value.map(fromPlain);
  if (typeof value === 'number' && !Number.isInteger(value)) return new Float(value);
  if (value !== null && typeof value === 'object')
    return new Map(Object.entries(value).map(([k, v]): [Value, Value] => [k, fromPlain(v)]));
  return value === undefined ? null : (value as Value);
};

/** JSON as Python's `json.dumps` spaces it: `{"a": [1, 2]}`. */
export const jsonText = (value: Value): string => {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (value instanceof Map)
    return `{${[...value].map(([k, v]) => `${asciiJson(asText(k))}: ${jsonText(v)}`).join(', ')}}`;
  if (typeof value === 'string') return asciiJson(value);
  if (value instanceof Float) return asText(value);
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
};

const asciiJson = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
