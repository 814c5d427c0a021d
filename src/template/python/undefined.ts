import { TemplateError } from '../template-error.ts';
import { Undefined, type Value } from '../values.ts';

export const undefinedError = (value: Undefined): TemplateError =>
  new TemplateError(value.reason, { undefined: value });

/** The value itself, where it is one. Throws the error of an undefined name otherwise. */
export const defined = <T extends Value>(value: T): Exclude<T, Undefined> => {
  if (value instanceof Undefined) throw undefinedError(value);
  return value as Exclude<T, Undefined>;
};
