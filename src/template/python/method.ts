import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** A method of one of Python's types; `self` is the value it is called on. */
export type Method<Self extends Value> = (
  self: Self,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
) => Value;

/** An argument by place or by name; `fallback` where it was not given. */
export const argument = <Fallback extends Value | undefined>(
  positional: readonly Value[],
  index: number,
  fallback: Fallback,
  named?: ReadonlyMap<string, Value>,
  name?: string,
): Value | Fallback => positional[index] ?? (index < positional.length ? null : (name && named?.get(name)) || fallback);

export const required = (positional: readonly Value[], index: number, method: string): Value => {
  const value = positional[index];
  if (value !== undefined) return value;
  throw new TemplateError(`${method}() needs ${index + 1} argument${index ? 's' : ''}, but got ${positional.length}`);
};
