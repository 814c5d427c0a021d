import { TemplateError } from '../template-error.ts';
import { Float, type Value } from '../values.ts';
import { charactersOf, lengthOf } from './characters.ts';
import { numeric } from './equality.ts';
import { formatFloat, groupDigits } from './number-text.ts';
import { toText } from './text.ts';
import { typeName } from './type-name.ts';

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const pattern = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/u;

/** Python's `format(value, spec)`, by its "Format Specification Mini-Language". */
export const formatValue = (value: Value, text: string): string => {
  if (text === '') return toText(value);
  const match = pattern.exec(text);
  if (!match) throw new TemplateError(`invalid format specifier '${text}' for object of type '${typeName(value)}'`);
  const [, fill, align, sign, , alternate, zero, width, grouping, precision, type] = match;
  const spec: Spec = {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? (zero ? '=' : ''),
    sign: sign ?? '-',
    alternate: Boolean(alternate),
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
  const number = numeric(value);
  return number === undefined || spec.type === 's' ? formatPlain(value, spec) : formatNumber(value, number, spec);
};

const formatPlain = (value: Value, spec: Spec): string => {
  if (spec.type === 's' && typeof value !== 'string') throw unknownCode(value, spec);
  if (typeof value !== 'string') {
    throw new TemplateError(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  if (spec.type !== '' && spec.type !== 's') throw unknownCode(value, spec);
  if (spec.align === '=') throw new TemplateError("'=' alignment not allowed in string format specifier");
  const text = toText(value);
  return pad('', spec.precision === undefined ? text : charactersOf(text).slice(0, spec.precision).join(''), spec, '<');
};

const unknownCode = (value: Value, { type }: Spec): TemplateError =>
  new TemplateError(`unknown format code '${type}' for object of type '${typeName(value)}'`);

const formatNumber = (value: Value, number: number | bigint, spec: Spec): string => {
  const negative = number < 0 || Object.is(number, -0);
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  if (value instanceof Float && 'bcdoxX'.includes(spec.type || 'e')) throw unknownCode(value, spec);
  const isFloat = value instanceof Float || 'eEfFgG%'.includes(spec.type || 'x');
  if (isFloat) return pad(sign, floatDigits(Math.abs(Number(number)), spec), spec, '>');
  if (spec.precision !== undefined) throw new TemplateError('precision not allowed in integer format specifier');
  return pad(sign, integerDigits(spec.type === 'c' || number >= 0 ? BigInt(number) : -BigInt(number), spec), spec, '>');
};

const floatDigits = (value: number, spec: Spec): string => {
  const text =
    spec.type === '' && spec.precision === undefined
      ? toText(new Float(value))
      : spec.type === '%'
        ? `${formatFloat(value * 100, 'f', spec.precision ?? 6, spec.alternate)}%`
        : formatFloat(value, spec.type || 'g', spec.precision ?? 6, spec.alternate, spec.type === '');
  return spec.grouping ? groupDigits(text, spec.grouping) : text;
};

const integerDigits = (value: bigint, spec: Spec): string => {
  const radix = { b: 2, o: 8, x: 16, X: 16 }[spec.type] ?? 10;
  if (spec.type === 'c') return characterOf(value);
  let digits = value.toString(radix);
  if (spec.type === 'X') digits = digits.toUpperCase();
  if (spec.grouping) digits = groupDigits(digits, spec.grouping, radix === 10 ? 3 : 4);
  return spec.alternate && radix !== 10 ? `0${spec.type}${digits}` : digits;
};

/** The character of a code point, as `c` asks for. */
export const characterOf = (code: number | bigint): string => {
  if (code < 0 || code > 0x10ffff) throw new TemplateError('%c arg not in range(0x110000)');
  return String.fromCodePoint(Number(code));
};

const pad = (sign: string, body: string, spec: Spec, fallback: string): string => {
  const missing = Math.max(0, spec.width - lengthOf(sign) - lengthOf(body));
  const left = { '<': 0, '>': missing, '^': Math.floor(missing / 2), '=': missing }[spec.align || fallback] as number;
  if (spec.align === '=') return sign + groupedZeros(body, left, spec) + body;
  return spec.fill.repeat(left) + sign + body + spec.fill.repeat(missing - left);
};

/** Zeros in front of a grouped number are grouped, too. */
const groupedZeros = (body: string, count: number, spec: Spec): string => {
  if (!spec.grouping || spec.fill !== '0') return spec.fill.repeat(count);
  const first = body.search(/[,_.e]/);
  let lead = first < 0 ? body.length : first;
  let zeros = '';
  for (let left = count; left > 0; left--) {
    if (lead % 3 === 0) {
      zeros = spec.grouping + zeros;
      left--;
    }
    zeros = `0${zeros}`;
    lead++;
  }
  return zeros;
};
