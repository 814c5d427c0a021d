import { Float, type Value } from '../../template/values.ts';
import { asText } from '../coerce.ts';

/** A value as Python's `json.dumps` writes it: `", "` and `": "`, everything beyond ASCII escaped. */
export const toJson = (value: Value): string => {
  if (value === null) return 'null';
  if (value instanceof Float) {
    const { value: number } = value;
    return Number.isInteger(number) && Math.abs(number) < 1e16 ? `${number}.0` : String(number);
  }
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(toJson).join(', ')}]`;
  if (value instanceof Map)
    return `{${[...value].map(([key, item]) => `${quoted(asText(key))}: ${toJson(item)}`).join(', ')}}`;
  return quoted(asText(value));
};

const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** JSON as Python's values: whole numbers exact whatever their size, others Float. Throws SyntaxError. */
export const parseJson = (text: string): Value => {
  const numbers: (number | bigint | Float)[] = [];
  // JSON.parse rounds long integers and forgets that 1.0 was a float, so numbers go through as marks.
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return token;
    if (/^-?0\d/.test(token)) throw new SyntaxError(`a number may not begin with 0: ${token}`);
    numbers.push(readNumber(token));
    return `{"\\u0000":${numbers.length - 1}}`;
  });
  return convert(JSON.parse(marked), numbers);
};

const readNumber = (token: string): number | bigint | Float => {
  if (/[.eE]/.test(token)) return new Float(Number(token));
  const number = Number(token);
  return Number.isSafeInteger(number) ? number : BigInt(token);
};

const convert = (value: unknown, numbers: readonly (number | bigint | Float)[]): Value => {
  if (Array.isArray(value)) return value.map((item) => convert(item, numbers));
  if (value === null || typeof value !== 'object') return value as null | boolean | string;
  const index = (value as Record<string, unknown>)['\0'];
  if (typeof index === 'number') return numbers[index] as number;
  return new Map(Object.entries(value).map(([key, item]): [Value, Value] => [key, convert(item, numbers)]));
};
