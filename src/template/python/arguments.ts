import { TemplateError } from '../template-error.ts';
import { Float, Undefined, type Value } from '../values.ts';
import { numeric } from './equality.ts';
import { typeName } from './type-name.ts';
import { undefinedError } from './undefined.ts';

/** The text that an argument must be. `what` names the argument in the error. */
export const asString = (value: Value, what: string): string => {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) throw undefinedError(value);
  throw new TemplateError(`${what} must be a string, not ${typeName(value)}`);
};

/** The whole number that an argument must be. */
export const asInteger = (value: Value, what: string): number => {
  const number = value instanceof Float ? undefined : numeric(value);
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  if (value instanceof Undefined) throw undefinedError(value);
  throw new TemplateError(`${what} must be an integer, not ${typeName(value)}`);
};
