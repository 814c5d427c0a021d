import { Callable, Float, Opaque, Template, Tuple, Undefined, type Value, Vaulted } from '../values.ts';

/** The name that Python has for a value's type. */
export const typeName = (value: Value): string => {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
  }
  if (value === null) return 'NoneType';
  if (value instanceof Tuple) return 'tuple';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'dict';
  if (value instanceof Float) return 'float';
  if (value instanceof Undefined) return 'UndefinedMarker';
  if (value instanceof Callable) return 'function';
  if (value instanceof Opaque) return value.typeName;
  return value instanceof Template || value instanceof Vaulted ? 'str' : 'object';
};

export const isNumber = (value: Value): value is number | bigint | boolean | Float =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' || value instanceof Float;

export const isInteger = (value: Value): value is number | bigint =>
  (typeof value === 'number' && Number.isInteger(value)) || typeof value === 'bigint';

/** `isinstance(value, collections.abc.Sequence)`, for what templates can hold. */
export const isSequence = (value: Value): boolean => typeof value === 'string' || Array.isArray(value);
