import { TemplateError } from '../template-error.ts';
import { Float, Tuple, type Value } from '../values.ts';
import { charactersOf, padEnd, padStart } from './characters.ts';
import { dictGet, isMapping } from './dict.ts';
import { numeric } from './equality.ts';
import { characterOf } from './format-spec.ts';
import { formatFloat } from './number-text.ts';
import { toRepr, toText } from './text.ts';
import { isInteger, typeName } from './type-name.ts';
import { defined } from './undefined.ts';

const conversion = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([\s\S])?/g;

/** Python's `text % values`, by its "printf-style String Formatting". */
export const formatPercent = (text: string, given: Value): string => {
  const values = given instanceof Tuple ? [...given] : [given];
  let next = 0;
  let named = false;
  const take = (): Value => {
    if (next >= values.length) throw new TemplateError('not enough arguments for format string');
    return defined(values[next++] as Value);
  };
  const result = text.replace(conversion, (whole, key, flags: string, width, precision, type) => {
    if (type === undefined) throw new TemplateError('incomplete format');
    if (type === '%') return '%';
    if (key !== undefined) {
      named = true;
      if (!isMapping(given)) throw new TemplateError('format requires a mapping');
    }
    const columns = width === '*' ? Number(take()) : Number(width ?? 0);
    const digits = precision === '*' ? Number(take()) : precision;
    const limit = digits === undefined ? (/\.[hlL]?.$/.test(whole) ? 0 : undefined) : Number(digits);
    const value = key === undefined ? take() : lookUp(given, key);
    return pad(convert(value, type, flags, limit), columns, flags, type);
  });
  // Python takes a list, like a dict, for something that keys could look into, and lets it pass unused.
  const isContainer = isMapping(given) || (Array.isArray(given) && !(given instanceof Tuple));
  if (next < values.length && !named && !isContainer) {
    throw new TemplateError('not all arguments converted during string formatting');
  }
  return result;
};

const lookUp = (mapping: Value, key: string): Value => {
  const value = mapping instanceof Map ? dictGet(mapping, key) : undefined;
  if (value === undefined) throw new TemplateError(`the format asks for the key '${key}', which is not there`);
  return defined(value);
};

const convert = (value: Value, type: string, flags: string, precision: number | undefined): string => {
  if (type === 's' || type === 'r' || type === 'a') {
    const text = type === 's' ? toText(value) : toRepr(value);
    return precision === undefined ? text : charactersOf(text).slice(0, precision).join('');
  }
  if (type === 'c') {
    const code = typeof value === 'boolean' ? Number(value) : value;
    if (isInteger(code)) return characterOf(code);
    if (typeof value === 'string' && charactersOf(value).length === 1) return value;
    throw new TemplateError('%c requires int or char');
  }
  const number = numeric(value);
  if (number === undefined) {
    throw new TemplateError(
      'eEfFgG'.includes(type)
        ? `must be real number, not ${typeName(value)}`
        : `%${type} format: a real number is required, not ${typeName(value)}`,
    );
  }
  const digits = digitsOf(number, value, type, flags, precision);
  const sign = number < 0 || Object.is(number, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  return sign + digits;
};

const digitsOf = (
  number: number | bigint,
  value: Value,
  type: string,
  flags: string,
  precision: number | undefined,
): string => {
  const alternate = flags.includes('#');
  if ('eEfFgG'.includes(type)) return formatFloat(Math.abs(Number(number)), type, precision ?? 6, alternate);
  if (!'diuoxX'.includes(type)) throw new TemplateError(`unsupported format character '${type}'`);
  if (value instanceof Float && 'oxX'.includes(type)) {
    throw new TemplateError(`%${type} format: an integer is required, not float`);
  }
  const whole = typeof number === 'bigint' ? number : BigInt(Math.trunc(number));
  const radix = type === 'o' ? 8 : type.toLowerCase() === 'x' ? 16 : 10;
  const text = padStart((whole < 0n ? -whole : whole).toString(radix), precision ?? 0, '0');
  const prefix = alternate && radix !== 10 ? `0${type}` : '';
  return prefix + (type === 'X' ? text.toUpperCase() : text);
};

const pad = (text: string, width: number, flags: string, type: string): string => {
  if (flags.includes('-') || width < 0) return padEnd(text, Math.abs(width));
  if (!flags.includes('0') || 'srac'.includes(type)) return padStart(text, width);
  const [, lead = '', digits = ''] = /^([-+ ]?(?:0[xXo])?)(.*)$/s.exec(text) ?? [];
  return lead + padStart(digits, width - lead.length, '0');
};
