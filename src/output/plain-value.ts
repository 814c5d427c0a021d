/** A result as JSON has it: mappings as objects, integers too big for JSON as text. */
export const plainValue = (value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, inner]) => [keyOf(key), plainValue(inner)]));
  if (value instanceof Error) return value.message;
  if (typeof value === 'object' && value !== null && 'toJSON' in value)
    return (value as { toJSON(): unknown }).toJSON();
  return value;
};

/** One field of a result; undefined where the result is no mapping or has it not. */
export const fieldOf = (result: unknown, name: string): unknown =>
  result instanceof Map ? result.get(name) : undefined;

const keyOf = (key: unknown): string =>
  typeof key === 'object' && key !== null ? JSON.stringify(plainValue(key)) : String(key);
