import { dictHas, isMapping } from '../python/dict.ts';
import { equals } from '../python/equality.ts';
import { compare } from '../python/order.ts';
import { typeName } from '../python/type-name.ts';
import { undefinedError } from '../python/undefined.ts';
import type { Comparison, ExpressionOf } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { type Opaque, Undefined, type Value } from '../values.ts';
import { compileExpression, located } from './expression.ts';
import type { Evaluate } from './frame.ts';

/** `a < b <= c`, where each operand is evaluated once and the first false answer ends it. */
export const compileComparison = (node: ExpressionOf<'compare'>): Evaluate => {
  const first = compileExpression(node.first);
  const rest = node.rest.map(({ operator, operand }) => ({
    holds: operators[operator],
    operand: compileExpression(operand),
  }));
  return located(node, (frame) => {
    let left = first(frame);
    if (typeof left === 'object') left = frame.render.settle(left);
    for (const { holds, operand } of rest) {
      let right = operand(frame);
      if (typeof right === 'object') right = frame.render.settle(right);
      if (!holds(left, right)) return false;
      left = right;
    }
    return true;
  });
};

/** Python's `item in container`. */
export const isIn = (item: Value, container: Value): boolean => {
  if (Array.isArray(container) && container.length === 0) return false;
  if (item instanceof Undefined) throw undefinedError(item);
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    throw new TemplateError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (Array.isArray(container)) return container.includes(item) || container.some((member) => equals(member, item));
  if (container instanceof Map) return dictHas(container, item);
  if (container instanceof Undefined) throw undefinedError(container);
  if (isMapping(container)) return (container as Opaque).keys?.().some((key) => equals(key, item)) ?? false;
  throw new TemplateError(`argument of type '${typeName(container)}' is not iterable`);
};

const operators: Readonly<Record<Comparison['operator'], (a: Value, b: Value) => boolean>> = {
  '==': equals,
  '!=': (a, b) => !equals(a, b),
  '<': (a, b) => compare(a, b, '<') < 0,
  '<=': (a, b) => compare(a, b, '<=') <= 0,
  '>': (a, b) => compare(a, b, '>') > 0,
  '>=': (a, b) => compare(a, b, '>=') >= 0,
  in: isIn,
  'not in': (a, b) => !isIn(a, b),
};
