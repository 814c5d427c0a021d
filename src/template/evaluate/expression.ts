import { binary, negate, plus } from '../python/arithmetic.ts';
import { dictSet } from '../python/dict.ts';
import { Slice } from '../python/slice.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { undefinedError } from '../python/undefined.ts';
import type { Expression, ExpressionOf } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { Tuple, Undefined, type Value } from '../values.ts';
import { compileCall, compileFilter, compileTest } from './call.ts';
import { compileComparison } from './comparison.ts';
import type { Evaluate, Frame } from './frame.ts';

type Compilers = { readonly [Kind in Expression['kind']]: (node: ExpressionOf<Kind>) => Evaluate };

/** Turns an expression into a function of the frame it is evaluated in. */
export const compileExpression = (node: Expression): Evaluate =>
  (compilers[node.kind] as (node: Expression) => Evaluate)(node);

/** Gives errors that the function throws the place of `node`, unless something inside it knew better. */
export const located =
  (node: { readonly at: number; readonly length: number }, evaluate: Evaluate): Evaluate =>
  (frame) => {
    try {
      return evaluate(frame);
    } catch (error) {
      if (error instanceof TemplateError) error.locate(frame.origin, node.at, node.length);
      throw error;
    }
  };

/** What an inline `if` without `else` is where its condition is false: it prints as nothing and may be defaulted. */
export const nothing = new Undefined('', "the inline 'if' without 'else' has no value, since its condition is false");

const compileName = ({ name, at, length }: ExpressionOf<'name'>): Evaluate => {
  return (frame) => {
    const value = frame.get(name);
    return value === undefined ? frame.render.resolve(name, frame, at, length) : value;
  };
};

const compileMember = (object: Evaluate, key: Evaluate, isAttribute: boolean, at: number, length: number): Evaluate => {
  return (frame) => {
    const container = object(frame);
    if (container instanceof Undefined) return container;
    const name = key(frame);
    if (name instanceof Undefined) throw undefinedError(name);
    return frame.render.memberOf(container, name, isAttribute, frame, at, length);
  };
};

const compileTruth = (node: Expression): ((frame: Frame) => boolean) => {
  const evaluate = compileExpression(node);
  return (frame) => {
    const value = evaluate(frame);
    return value === true || (value !== false && truthy(value));
  };
};

// The arrows around functions of other files let those files load in any order: each of them needs this one, too.
const compilers: Compilers = {
  literal: ({ value }) => {
    return () => value;
  },
  name: compileName,
  list: ({ items }) => {
    const evaluates = items.map(compileExpression);
    return (frame) => evaluates.map((evaluate) => evaluate(frame));
  },
  tuple: ({ items }) => {
    const evaluates = items.map(compileExpression);
    return (frame) => Tuple.from(evaluates.map((evaluate) => evaluate(frame))) as Tuple;
  },
  dict: (node) => {
    const pairs = node.items.map(([key, value]) => [compileExpression(key), compileExpression(value)] as const);
    return located(node, (frame) => {
      const dict = new Map<Value, Value>();
      for (const [key, value] of pairs) {
        const name = key(frame);
        if (name instanceof Undefined) throw undefinedError(name);
        dictSet(dict, name, value(frame));
      }
      return dict;
    });
  },
  negative: (node) => {
    const operand = compileExpression(node.operand);
    return located(node, (frame) => negate(operand(frame)));
  },
  positive: (node) => {
    const operand = compileExpression(node.operand);
    return located(node, (frame) => plus(operand(frame)));
  },
  not: (node) => {
    const operand = compileTruth(node.operand);
    return located(node, (frame) => !operand(frame));
  },
  binary: (node) => {
    const [left, right, operator] = [compileExpression(node.left), compileExpression(node.right), node.operator];
    return located(node, (frame) => {
      const a = left(frame);
      const b = right(frame);
      if (typeof a !== 'object' && typeof b !== 'object') return binary(operator, a, b);
      return binary(operator, frame.render.settle(a), frame.render.settle(b));
    });
  },
  and: (node) => {
    const [left, right] = [compileExpression(node.left), compileExpression(node.right)];
    return located(node.left, (frame) => {
      const value = left(frame);
      return truthy(value) ? right(frame) : value;
    });
  },
  or: (node) => {
    const [left, right] = [compileExpression(node.left), compileExpression(node.right)];
    return located(node.left, (frame) => {
      const value = left(frame);
      return truthy(value) ? value : right(frame);
    });
  },
  compare: (node) => compileComparison(node),
  concat: (node) => {
    const parts = node.parts.map(compileExpression);
    return located(node, (frame) => parts.map((part) => toText(frame.render.settle(part(frame)))).join(''));
  },
  conditional: (node) => {
    const test = compileTruth(node.test);
    const consequent = compileExpression(node.consequent);
    const otherwise = node.otherwise ? compileExpression(node.otherwise) : () => nothing;
    const decide = located(node.test, (frame) => test(frame));
    return (frame) => (decide(frame) ? consequent(frame) : otherwise(frame));
  },
  attribute: ({ object, name, at, length }) => compileMember(compileExpression(object), () => name, true, at, length),
  item: (node) =>
    located(
      node,
      compileMember(compileExpression(node.object), compileExpression(node.key), false, node.at, node.length),
    ),
  slice: ({ start, stop, step }) => {
    const [first, last, by] = [start, stop, step].map((part) => (part ? compileExpression(part) : () => null));
    return (frame) => new Slice((first as Evaluate)(frame), (last as Evaluate)(frame), (by as Evaluate)(frame));
  },
  call: (node) => compileCall(node),
  filter: (node) => compileFilter(node),
  test: (node) => compileTest(node),
};
