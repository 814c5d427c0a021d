import { isIn } from '../evaluate/comparison.ts';
import { plugin } from '../plugin.ts';
import { binary } from '../python/arithmetic.ts';
import { equals } from '../python/equality.ts';
import { compare } from '../python/order.ts';
import { Float, type Value } from '../values.ts';

/** The operators as tests, so that `select('gt', 3)` can name them. */
export const eq = plugin('b', (_, a, b) => equals(a, b));
export const ne = plugin('b', (_, a, b) => !equals(a, b));
export const lt = plugin('b', (_, a, b) => compare(a, b, '<') < 0);
export const le = plugin('b', (_, a, b) => compare(a, b, '<=') <= 0);
export const gt = plugin('b', (_, a, b) => compare(a, b, '>') > 0);
export const ge = plugin('b', (_, a, b) => compare(a, b, '>=') >= 0);
export const inTest = plugin('seq', (_, value, container) => isIn(value, container));
export const contains = plugin('value', (_, container, value) => isIn(value, container));
export const divisibleby = plugin('num', (_, value, number) => equals(binary('%', value, number), 0));
export const even = plugin('', (_, value) => equals(binary('%', value, 2), 0));
export const odd = plugin('', (_, value) => equals(binary('%', value, 2), 1));
/** Python's `is`: the very same object; equal numbers and strings count as the same. */
export const sameas = plugin('other', (_, a, b) => isSame(a, b));

const isSame = (a: Value, b: Value): boolean =>
  a === b || (a instanceof Float && b instanceof Float && a.value === b.value);
