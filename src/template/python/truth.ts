import { Float, Opaque, Undefined, type Value } from '../values.ts';
import { undefinedError } from './undefined.ts';

/** Python's `bool(value)`. Throws for an undefined value. */
export const truthy = (value: Value): boolean => {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value.length > 0;
    case 'number':
      return value !== 0;
    case 'bigint':
      return value !== 0n;
  }
  if (value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof Opaque && value.keys) return value.keys().length > 0;
  return true;
};
