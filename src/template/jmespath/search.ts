import { dictGet } from '../python/dict.ts';
import { equals, numeric } from '../python/equality.ts';
import { Slice, takeSlice } from '../python/slice.ts';
import { type Dict, Float, type Value } from '../values.ts';
import { callFunction } from './functions.ts';
import type { Query } from './parse.ts';

/** What a query finds in a value; null where there is nothing. */
export const search = (query: Query, value: Value): Value => {
  switch (query.kind) {
    case 'current':
      return value;
    case 'literal':
      return query.value;
    case 'field':
      return value instanceof Map ? (dictGet(value, query.name) ?? null) : null;
    case 'index':
      return Array.isArray(value) ? (value.at(query.index) ?? null) : null;
    case 'slice':
      return Array.isArray(value)
        ? takeSlice(value, new Slice(query.parts[0] ?? null, query.parts[1] ?? null, query.parts[2] ?? null))
        : null;
    case 'chain': {
      const left = search(query.left, value);
      return left === null ? null : search(query.right, left);
    }
    case 'pipe':
      return search(query.right, search(query.left, value));
    case 'and': {
      const left = search(query.left, value);
      return isTrue(left) ? search(query.right, value) : left;
    }
    case 'or': {
      const left = search(query.left, value);
      return isTrue(left) ? left : search(query.right, value);
    }
    case 'not':
      return !isTrue(search(query.of, value));
    case 'reference':
      return null;
    case 'compare':
      return compare(query.operator, search(query.left, value), search(query.right, value));
    case 'flatten': {
      const list = search(query.of, value);
      return Array.isArray(list) ? list.flatMap((item) => (Array.isArray(item) ? [...item] : [item])) : null;
    }
    case 'each':
      return project(search(query.of, value), query.inner);
    case 'values': {
      const map = search(query.of, value);
      return map instanceof Map ? project([...map.values()], query.inner) : null;
    }
    case 'filter': {
      const list = search(query.of, value);
      return Array.isArray(list)
        ? project(
            list.filter((item) => isTrue(search(query.test, item))),
            query.inner,
          )
        : null;
    }
    case 'list':
      return value === null ? null : query.items.map((item) => search(item, value));
    case 'hash':
      return value === null ? null : (new Map(query.items.map(([name, item]) => [name, search(item, value)])) as Dict);
    case 'call':
      return callFunction(query.name, query.arguments, value);
  }
};

/** False are null, false, and what is empty; a number never. */
export const isTrue = (value: Value): boolean => {
  if (value === null || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : true;
};

const project = (list: Value, then: Query): Value =>
  Array.isArray(list) ? Array.from(list, (item) => search(then, item)).filter((item) => item !== null) : null;

/** Numbers have an order; whatever else is compared so is null. */
const compare = (operator: string, a: Value, b: Value): Value => {
  if (operator === '==') return equals(a, b);
  if (operator === '!=') return !equals(a, b);
  const isNumber = (value: Value): boolean =>
    typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
  if (!isNumber(a) || !isNumber(b)) return null;
  const [x, y] = [numeric(a) as number, numeric(b) as number];
  return operator === '<' ? x < y : operator === '<=' ? x <= y : operator === '>' ? x > y : x >= y;
};
