import { toInteger } from '../python/arithmetic.ts';
import { Float, type Value } from '../values.ts';

/** What YAML 1.1 takes a plain scalar for, by the regular expressions of its type repository, as PyYAML has them. */
export type PlainType = 'str' | 'bool' | 'float' | 'int' | 'merge' | 'null' | 'timestamp' | 'value';

const bool = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const float =
  /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const int =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][\d_]*)|[-+]?0x[\da-fA-F_]+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+)$/;
const timestamp =
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/;

export const plainType = (text: string): PlainType => {
  if (text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL') return 'null';
  if (text === '<<') return 'merge';
  if (text === '=') return 'value';
  if (bool.test(text)) return 'bool';
  if (!/^[-+.\d]/.test(text)) return 'str';
  if (float.test(text)) return 'float';
  if (int.test(text)) return 'int';
  return timestamp.test(text) ? 'timestamp' : 'str';
};

/** The value of a plain scalar. Timestamps stay text: what templates do with them, they do with strings. */
export const plainValue = (text: string): Value => {
  switch (plainType(text)) {
    case 'null':
      return null;
    case 'bool':
      return /^(?:y|t|on$)/i.test(text);
    case 'int':
      return readInteger(text.replaceAll('_', ''));
    case 'float':
      return new Float(readFloat(text.replaceAll('_', '').toLowerCase()));
  }
  return text;
};

const readInteger = (text: string): Value => {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  let value: bigint;
  if (/^0[bx]/i.test(digits) || digits === '0') value = BigInt(digits);
  else if (digits.startsWith('0')) value = BigInt(`0o${digits.slice(1)}`);
  else value = digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  return toInteger(negative ? -value : value);
};

const readFloat = (text: string): number => {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  return sign * digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
};
