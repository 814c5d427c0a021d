import { plugin } from '../plugin.ts';
import { sorted } from '../python/order.ts';
import { toRepr } from '../python/text.ts';
import { Tuple, type Value } from '../values.ts';

/** Python's `pprint.pformat`, with dicts in the order of their keys and lines of 80 columns. */
export const pprint = plugin('', (_, value) => lines(value, 0, 0));

const lines = (value: Value, indentation: number, allowance: number): string => {
  const flat = toRepr(inOrder(value));
  if (flat.length <= 80 - indentation - allowance || !(Array.isArray(value) || value instanceof Map)) return flat;
  const inner = indentation + 1;
  const pieces =
    value instanceof Map
      ? keysInOrder(value).map((key) => {
          const name = `${toRepr(key)}: `;
          return name + lines(value.get(key) as Value, inner + name.length, allowance + 1);
        })
      : Array.from(value, (item) => lines(item, inner, allowance + 1));
  const [open, close] = value instanceof Map ? '{}' : value instanceof Tuple ? '()' : '[]';
  return `${open}${pieces.join(`,\n${' '.repeat(inner)}`)}${close}`;
};

const keysInOrder = (map: Map<Value, Value>): Value[] => {
  const keys = [...map.keys()];
  return keys.every((key) => typeof key === 'string') || keys.every((key) => typeof key === 'number')
    ? sorted(keys)
    : keys;
};

const inOrder = (value: Value): Value => {
  if (value instanceof Map) return new Map(keysInOrder(value).map((key) => [key, inOrder(value.get(key) as Value)]));
  if (value instanceof Tuple) return Tuple.from(value, inOrder) as Tuple;
  return Array.isArray(value) ? value.map(inOrder) : value;
};
