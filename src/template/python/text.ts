import { Callable, Float, Opaque, Template, Tuple, Undefined, type Value, Vaulted } from '../values.ts';
import { undefinedError } from './undefined.ts';

/** Python's `str(value)`. */
export const toText = (value: Value): string => (typeof value === 'string' ? value : toRepr(value));

/** Python's `repr(value)`. */
export const toRepr = (value: Value): string => {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return Number.isInteger(value) ? String(value) : floatText(value);
    case 'bigint':
      return String(value);
  }
  if (value === null) return 'None';
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Tuple) return value.length === 1 ? `(${toRepr(value[0] as Value)},)` : `(${items(value)})`;
  if (Array.isArray(value)) return `[${items(value)}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${toRepr(key)}: ${toRepr(item)}`).join(', ')}}`;
  }
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof Callable) return `<function ${value.name}>`;
  if (value instanceof Opaque) return opaqueText(value);
  if (value instanceof Template) return quote(value.source);
  return value instanceof Vaulted ? quote(value.ciphertext) : String(value);
};

const items = (list: readonly Value[]): string => Array.from(list, toRepr).join(', ');

const opaqueText = (value: Opaque): string => {
  if (value.text) return value.text();
  if (!value.keys) return `<${value.typeName}>`;
  return `{${value
    .keys()
    .map((key) => `${toRepr(key)}: ${toRepr(value.get(key) ?? null)}`)
    .join(', ')}}`;
};

/** Python's `repr` of a float: the shortest digits that read back, with an exponent below 1e-4 and from 1e16 on. */
export const floatText = (value: number): string => {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const plain = power >= 21 || power < -6 ? value.toFixed(20) : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
};

const unprintable = /[\p{C}\p{Z}\\'"]/u;
const special: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const quote = (text: string): string => {
  if (!unprintable.test(text)) return `'${text}'`;
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let result = '';
  for (const character of text) {
    if (character === mark) result += `\\${character}`;
    else if (character in special) result += special[character];
    else if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) result += character;
    else result += escapeCode(character.codePointAt(0) as number);
  }
  return mark + result + mark;
};

const escapeCode = (code: number): string => {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
};
