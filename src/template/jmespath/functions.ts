import { nearest } from '../../util/nearest.ts';
import { isIn } from '../evaluate/comparison.ts';
import { dumpJson } from '../json/dump.ts';
import { loadJson } from '../json/load.ts';
import { binary } from '../python/arithmetic.ts';
import { numeric } from '../python/equality.ts';
import { iterate, sizeOf } from '../python/iterate.ts';
import { compare, sorted } from '../python/order.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import { Float, type Value } from '../values.ts';
import type { Query } from './parse.ts';
import { search } from './search.ts';

type By = (item: Value) => Value;

const json = { indent: undefined, itemSeparator: ',', keySeparator: ':', sortKeys: false, ensureAscii: false };

const typeOf = (value: Value): string => {
  if (value === null) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value;
  if (Array.isArray(value)) return 'array';
  return value instanceof Map ? 'object' : 'number';
};

const best = (list: Value, sign: number, by: By = (item) => item): Value =>
  iterate(list).reduce<Value>(
    (found, item) => (found === null || compare(by(item), by(found)) * sign > 0 ? item : found),
    null,
  );

const rounded =
  (round: (value: number) => number) =>
  ([value = null]: readonly Value[]): Value =>
    round(Number(numeric(value)));

/** The functions of the specification that take values. */
const functions: Readonly<Record<string, (values: readonly Value[]) => Value>> = {
  abs: ([value = null]) => (Number(numeric(value)) < 0 ? binary('-', 0, value) : value),
  avg: ([list = null]) => {
    const items = iterate(list);
    return items.length === 0
      ? null
      : binary(
          '/',
          items.reduce((sum, item) => binary('+', sum, item), 0),
          items.length,
        );
  },
  ceil: rounded(Math.ceil),
  contains: ([container = null, item = null]) => isIn(item, container),
  ends_with: ([text = null, end = null]) => toText(text).endsWith(toText(end)),
  floor: rounded(Math.floor),
  join: ([glue = null, list = null]) => iterate(list).map(toText).join(toText(glue)),
  keys: ([map = null]) => [...iterate(map)],
  length: ([value = null]) => sizeOf(value),
  max: ([list = null]) => best(list, 1),
  merge: (maps) => new Map(maps.flatMap((map) => (map instanceof Map ? [...map] : []))),
  min: ([list = null]) => best(list, -1),
  not_null: (values) => values.find((value) => value !== null) ?? null,
  reverse: ([value = null]) =>
    typeof value === 'string' ? [...value].reverse().join('') : [...iterate(value)].reverse(),
  sort: ([list = null]) => sorted(iterate(list)),
  starts_with: ([text = null, start = null]) => toText(text).startsWith(toText(start)),
  sum: ([list = null]) => iterate(list).reduce((sum, item) => binary('+', sum, item), 0),
  to_array: ([value = null]) => (Array.isArray(value) ? value : [value]),
  to_number: ([value = null]) => {
    if (typeof value !== 'string') return typeOf(value) === 'number' ? value : null;
    if (!/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)) return null;
    return /^-?\d+$/.test(value) ? loadJson(String(BigInt(value))) : new Float(Number(value));
  },
  to_string: ([value = null]) => (typeof value === 'string' ? value : dumpJson(value, json)),
  type: ([value = null]) => typeOf(value),
  values: ([map = null]) => (map instanceof Map ? [...map.values()] : null),
};

/** Those whose argument `&expression` is asked of each item. */
const byExpression: Readonly<Record<string, (list: Value, by: By) => Value>> = {
  map: (list, by) => iterate(list).map(by),
  max_by: (list, by) => best(list, 1, by),
  min_by: (list, by) => best(list, -1, by),
  sort_by: (list, by) => sorted(iterate(list), by),
};

export const callFunction = (name: string, given: readonly Query[], current: Value): Value => {
  const reference = given.find((query) => query.kind === 'reference');
  const list = given.find((query) => query.kind !== 'reference');
  const each = Object.hasOwn(byExpression, name) ? byExpression[name] : undefined;
  if (each) {
    if (reference?.kind !== 'reference' || !list)
      throw new TemplateError(`${name}() in a query needs a list and an &expression`);
    return each(search(list, current), (item) => search(reference.of, item));
  }
  const plain = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (plain) return plain(given.map((query) => search(query, current)));
  const guess = nearest(name, [...Object.keys(functions), ...Object.keys(byExpression)]);
  throw new TemplateError(`queries have no function '${name}'`, { hint: guess && `did you mean '${guess}'?` });
};
