import { Float, type Value } from '../values.ts';

const named: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

const escapes = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g;

/** The value of a string literal's inside, with Python's escapes; an escape that Python does not know stands for itself. */
export const decodeString = (inside: string): string =>
  inside.includes('\\')
    ? inside.replace(escapes, (whole, octal, x, u, U, other) => {
        if (octal) return String.fromCodePoint(Number.parseInt(octal, 8));
        const hex = x ?? u ?? U;
        if (hex) return codePoint(Number.parseInt(hex, 16), whole);
        return named[other] ?? whole;
      })
    : inside;

const codePoint = (code: number, whole: string): string => (code > 0x10ffff ? whole : String.fromCodePoint(code));

/** The value of a number literal, with underscores and `0x`, `0o`, `0b`. */
export const decodeNumber = (text: string, isFloat: boolean): Value => {
  const digits = text.replaceAll('_', '');
  if (isFloat) return new Float(Number(digits));
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
};
