import { TemplateError } from '../template-error.ts';
import { Opaque, Tuple, Undefined, type Value } from '../values.ts';
import { charactersOf, lengthOf } from './characters.ts';
import { typeName } from './type-name.ts';
import { undefinedError } from './undefined.ts';

/** What a `for` over the value walks: items, characters, or keys. Throws Python's TypeError for what can't be walked. */
export const iterate = (value: Value): readonly Value[] => {
  // A Tuple's own map and filter would make Tuples again.
  if (Array.isArray(value)) return value instanceof Tuple ? Array.from(value) : value;
  if (value instanceof Map) return [...value.keys()];
  if (typeof value === 'string') return charactersOf(value);
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof Opaque && value.keys) return value.keys();
  throw new TemplateError(`'${typeName(value)}' object is not iterable`);
};

export const isIterable = (value: Value): boolean =>
  typeof value === 'string' ||
  Array.isArray(value) ||
  value instanceof Map ||
  (value instanceof Opaque && !!value.keys);

/** Python's `len(value)`. */
export const sizeOf = (value: Value): number => {
  if (typeof value === 'string') return lengthOf(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof Opaque && value.keys) return value.keys().length;
  throw new TemplateError(`object of type '${typeName(value)}' has no len()`);
};
