import { plugin } from '../plugin.ts';
import { isMapping } from '../python/dict.ts';
import { isIterable } from '../python/iterate.ts';
import { isInteger, isNumber, isSequence } from '../python/type-name.ts';
import { Callable, Float } from '../values.ts';

/** What kind of value something is. */
export const boolean = plugin('', (_, value) => typeof value === 'boolean');
export const callable = plugin('', (_, value) => value instanceof Callable);
export const falseTest = plugin('', (_, value) => value === false);
export const float = plugin('', (_, value) => value instanceof Float);
export const integer = plugin('', (_, value) => isInteger(value));
export const iterable = plugin('', (_, value) => isIterable(value));
export const mapping = plugin('', (_, value) => isMapping(value));
export const none = plugin('', (_, value) => value === null);
export const number = plugin('', (_, value) => isNumber(value));
export const sequence = plugin('', (_, value) => isSequence(value) || isMapping(value));
export const string = plugin('', (_, value) => typeof value === 'string');
export const trueTest = plugin('', (_, value) => value === true);
