import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { numeric } from '../python/equality.ts';
import { fixedDigits } from '../python/number-text.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import { Float, type Value } from '../values.ts';

export const round = plugin("precision=0, method='common'", (_, value, precision, method) => {
  const number = numeric(value);
  if (number === undefined) throw new TemplateError(`round needs a number, not ${typeName(value)}`);
  const digits = asInteger(precision, 'precision');
  if (method === 'common') return roundHalfEven(value, Number(number), digits);
  if (method !== 'ceil' && method !== 'floor') throw new TemplateError('method must be common, ceil or floor');
  const scale = 10 ** digits;
  return new Float((method === 'ceil' ? Math.ceil : Math.floor)(Number(number) * scale) / scale);
});

/** Python's `round`: to the nearest, a tie of the exact binary value to the even digit; an int stays one. */
const roundHalfEven = (value: Value, number: number, digits: number): Value => {
  const isFloat = value instanceof Float;
  if ((!isFloat && digits >= 0) || !Number.isFinite(number) || digits > 22) {
    return typeof value === 'boolean' ? number : value;
  }
  const rounded =
    digits >= 0 ? Number(fixedDigits(number, digits)) : Number(fixedDigits(number / 10 ** -digits, 0)) * 10 ** -digits;
  return isFloat ? new Float(rounded) : rounded;
};
