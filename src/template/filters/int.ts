import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { toInteger } from '../python/arithmetic.ts';
import { numeric } from '../python/equality.ts';
import { Float, type Value } from '../values.ts';
import { parseFloatText } from './float.ts';

export const int = plugin('default=0, base=10', (_, value, fallback, base) => {
  if (typeof value === 'string')
    return parseInteger(value, asInteger(base, 'base')) ?? truncated(parseFloatText(value)) ?? fallback;
  const number = numeric(value);
  if (number === undefined) return fallback;
  return value instanceof Float ? (truncated(Number(number)) ?? fallback) : number;
});

const truncated = (number: number | undefined): Value | undefined => {
  if (number === undefined || !Number.isFinite(number)) return undefined;
  const whole = Math.trunc(number) + 0;
  return Number.isSafeInteger(whole) ? whole : toInteger(BigInt(whole));
};

const prefixes: Readonly<Record<number, RegExp>> = { 2: /^0b/i, 8: /^0o/i, 16: /^0x/i };

/** Python's `int(text, base)`. */
export const parseInteger = (text: string, base = 10): Value | undefined => {
  const [, sign, rest = ''] = /^\s*([+-]?)(.*?)\s*$/s.exec(text) ?? [];
  let [radix, digits] = [base, rest];
  for (const [value, prefix] of Object.entries(prefixes)) {
    if ((base === Number(value) || base === 0) && prefix.test(digits)) {
      [radix, digits] = [Number(value), digits.replace(prefix, '').replace(/^_/, '')];
    }
  }
  if (radix === 0) radix = 10;
  const allowed = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, radix);
  if (!new RegExp(`^[${allowed}]+(?:_[${allowed}]+)*$`, 'i').test(digits)) return undefined;
  let result = 0n;
  for (const digit of digits.toLowerCase())
    if (digit !== '_') result = result * BigInt(radix) + BigInt(allowed.indexOf(digit));
  return toInteger(sign === '-' ? -result : result);
};
