import type { BinaryOperator } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { Float, Opaque, Tuple, Undefined, type Value } from '../values.ts';
import { numeric } from './equality.ts';
import { formatPercent } from './percent-format.ts';
import { typeName } from './type-name.ts';
import { undefinedError } from './undefined.ts';

/** Python's binary operators, with its rules for types. Throws its TypeError or ZeroDivisionError. */
export const binary = (operator: BinaryOperator, a: Value, b: Value): Value => {
  if (typeof a === 'number' && typeof b === 'number' && operator !== '/' && operator !== '**') {
    const quick = quickInteger(operator, a, b);
    if (quick !== undefined) return quick;
  }
  if (a instanceof Undefined) throw undefinedError(a);
  if (b instanceof Undefined) throw undefinedError(b);
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return onNumbers(operator, a, b, x, y);
  if (a instanceof Opaque && a.operate) {
    const result = a.operate(operator, b);
    if (result !== undefined) return result;
  }
  if (operator === '+') return add(a, b);
  if (operator === '%' && typeof a === 'string') return formatPercent(a, b);
  if (operator === '*') {
    if (typeof y === 'number' && !isFloat(b) && isRepeatable(a)) return repeat(a, y);
    if (typeof x === 'number' && !isFloat(a) && isRepeatable(b)) return repeat(b, x);
  }
  throw unsupported(operator, a, b);
};

const quickInteger = (operator: BinaryOperator, a: number, b: number): number | undefined => {
  if (!Number.isInteger(a) || !Number.isInteger(b)) return undefined;
  let result: number;
  if (operator === '+') result = a + b;
  else if (operator === '-') result = a - b;
  else if (operator === '*') result = a * b;
  else if (b === 0) return undefined;
  else result = operator === '//' ? Math.floor(a / b) : a - b * Math.floor(a / b);
  return Number.isSafeInteger(result) ? result + 0 : undefined;
};

const unsupported = (operator: string, a: Value, b: Value): TemplateError =>
  new TemplateError(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);

const isRepeatable = (value: Value): value is string | Value[] => typeof value === 'string' || Array.isArray(value);

const repeat = (value: string | Value[], count: number): Value => {
  const times = Math.max(0, count);
  if (typeof value === 'string') return value.repeat(times);
  const result: Value[] = value instanceof Tuple ? new Tuple() : [];
  for (let n = 0; n < times; n++) for (const item of value) result.push(item);
  return result;
};

const add = (a: Value, b: Value): Value => {
  if (typeof a === 'string') {
    if (typeof b === 'string') return a + b;
    throw new TemplateError(`can only concatenate str (not "${typeName(b)}") to str`, {
      hint: "'~' glues values of any type into a string",
    });
  }
  if (Array.isArray(a)) {
    if (Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
      return a instanceof Tuple ? (Tuple.from([...a, ...b]) as Tuple) : [...a, ...b];
    }
    throw new TemplateError(`can only concatenate ${typeName(a)} (not "${typeName(b)}") to ${typeName(a)}`);
  }
  throw new TemplateError(unsupported('+', a, b).message, a instanceof Map && b instanceof Map ? combineHint : {});
};

const combineHint = { hint: "'| combine(other)' merges two dicts" };

const onNumbers = (operator: BinaryOperator, a: Value, b: Value, x: number | bigint, y: number | bigint): Value => {
  if (isFloat(a) || isFloat(b)) return new Float(onFloats(operator, Number(x), Number(y)));
  if (operator === '/') {
    if (!y) throw new TemplateError('division by zero');
    return new Float(divide(x, y));
  }
  if (operator === '**' && y < 0) {
    if (!x) throw new TemplateError('0.0 cannot be raised to a negative power');
    return new Float(Number(x) ** Number(y));
  }
  return toInteger(onIntegers(operator, BigInt(x), BigInt(y)));
};

const isFloat = (value: Value): boolean =>
  value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));

const divide = (x: number | bigint, y: number | bigint): number => {
  if (typeof x === 'number' && typeof y === 'number') return x / y;
  const [a, b] = [BigInt(x), BigInt(y)];
  return a % b === 0n ? Number(a / b) : Number(a) / Number(b);
};

const onFloats = (operator: BinaryOperator, x: number, y: number): number => {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '**':
      if (x === 0 && y < 0) throw new TemplateError('0.0 cannot be raised to a negative power');
      if (x < 0 && !Number.isInteger(y)) throw new TemplateError('a number below zero has no power with a fraction');
      return x ** y;
  }
  if (y === 0) throw new TemplateError(operator === '/' ? 'division by zero' : `${divisionName[operator]} by zero`);
  if (operator === '/') return x / y;
  const remainder = floatModulo(x, y);
  if (operator === '%') return remainder;
  return Math.round((x - remainder) / y) || Math.sign(x / y) * 0;
};

const divisionName: Record<string, string> = { '//': 'float floor division', '%': 'float modulo' };

const floatModulo = (x: number, y: number): number => {
  const remainder = x % y;
  return remainder !== 0 && remainder < 0 !== y < 0 ? remainder + y : remainder === 0 ? Math.sign(y) * 0 : remainder;
};

const onIntegers = (operator: BinaryOperator, x: bigint, y: bigint): bigint => {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '**':
      if (y > 100_000n) throw new TemplateError('this power is too large');
      return x ** y;
  }
  if (y === 0n)
    throw new TemplateError(operator === '//' ? 'integer division or modulo by zero' : 'integer modulo by zero');
  const quotient = x / y;
  const floor = x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient;
  return operator === '//' ? floor : x - floor * y;
};

/** An integer in its canonical form: a number where that is exact. */
export const toInteger = (value: bigint): number | bigint => {
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
};

export const negate = (value: Value): Value => {
  if (value instanceof Undefined) throw undefinedError(value);
  const x = numeric(value);
  if (x === undefined) throw new TemplateError(`bad operand type for unary -: '${typeName(value)}'`);
  if (isFloat(value)) return new Float(-Number(x));
  return typeof x === 'bigint' ? toInteger(-x) : 0 - x;
};

export const plus = (value: Value): Value => {
  if (value instanceof Undefined) throw undefinedError(value);
  if (numeric(value) === undefined) throw new TemplateError(`bad operand type for unary +: '${typeName(value)}'`);
  return typeof value === 'boolean' ? Number(value) : value;
};
