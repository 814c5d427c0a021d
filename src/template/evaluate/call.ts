import { methodOf } from '../python/attribute.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { iterate } from '../python/iterate.ts';
import { truthy } from '../python/truth.ts';
import { typeName } from '../python/type-name.ts';
import type { Arguments, ExpressionOf } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { Callable, Undefined, type Value } from '../values.ts';
import { compileExpression, located } from './expression.ts';
import type { Evaluate, Frame } from './frame.ts';

interface Given {
  readonly positional: Value[];
  readonly named: Map<string, Value>;
}

const noNames = new Map<string, Value>();

/** Evaluates arguments, with templates inside them rendered. */
export const compileArguments = (args: Arguments): ((frame: Frame) => Given) => {
  const positional = args.positional.map(compileExpression);
  const named = args.named.map(([name, value]) => [name, compileExpression(value)] as const);
  const spread = args.spread && compileExpression(args.spread);
  const spreadNamed = args.spreadNamed && compileExpression(args.spreadNamed);
  if (positional.length === 0 && named.length === 0 && !spread && !spreadNamed) {
    return () => ({ positional: [], named: noNames });
  }
  return (frame) => {
    const values = positional.map((evaluate) => frame.render.settle(evaluate(frame)));
    if (spread) values.push(...iterate(frame.render.settle(spread(frame))));
    if (named.length === 0 && !spreadNamed) return { positional: values, named: noNames };
    const names = new Map(named.map(([name, evaluate]) => [name, frame.render.settle(evaluate(frame))]));
    if (spreadNamed) {
      const more = frame.render.settle(spreadNamed(frame));
      if (!isMapping(more)) throw new TemplateError(`argument after ** must be a mapping, not ${typeName(more)}`);
      for (const [key, value] of entriesOf(more)) names.set(String(key), value);
    }
    return { positional: values, named: names };
  };
};

export const compileCall = (node: ExpressionOf<'call'>): Evaluate => {
  const evaluateArguments = compileArguments(node.arguments);
  if (node.callee.kind === 'attribute') return compileMethodCall(node, node.callee, evaluateArguments);
  const callee = compileExpression(node.callee);
  return located(node, (frame) => {
    const { positional, named } = evaluateArguments(frame);
    return callValue(callee(frame), positional, named);
  });
};

/** `x.name(…)` without the detour of a bound method. */
const compileMethodCall = (
  node: ExpressionOf<'call'>,
  { object, name, at, length }: ExpressionOf<'attribute'>,
  evaluateArguments: (frame: Frame) => Given,
): Evaluate => {
  const evaluateObject = compileExpression(object);
  return located(node, (frame) => {
    const self = evaluateObject(frame);
    if (self instanceof Undefined) return self;
    const method = methodOf(self, name);
    const { positional, named } = evaluateArguments(frame);
    if (method) return method(quickMethods.has(name) ? self : frame.render.settle(self), positional, named);
    return callValue(frame.render.memberOf(self, name, true, frame, at, length), positional, named);
  });
};

/** Methods of dicts that touch no value, so that an undefined one elsewhere in the dict does no harm. */
const quickMethods = new Set(['keys', '__contains__']);

export const callValue = (callee: Value, positional: Value[], named: Map<string, Value>): Value => {
  if (callee instanceof Callable) return callee.call(positional, named);
  if (callee instanceof Undefined) return callee;
  throw new TemplateError(`'${typeName(callee)}' object is not callable`);
};

/** What a filter in `{% filter %}` or `{% set x | f %}` gets for its missing input: the text of the block. */
export const blockInput = ' block';

export const compileFilter = (node: ExpressionOf<'filter'>): Evaluate => {
  const { name, input } = node;
  const evaluateInput: Evaluate = input ? compileExpression(input) : (frame) => frame.get(blockInput) as Value;
  const evaluateArguments = compileArguments(node.arguments);
  return located(node, (frame) => {
    const value = frame.render.settle(evaluateInput(frame));
    const { positional, named } = evaluateArguments(frame);
    return frame.render.filter(name, value, positional, named);
  });
};

export const compileTest = (node: ExpressionOf<'test'>): Evaluate => {
  const { name } = node;
  const evaluateInput = compileExpression(node.input);
  if (name === 'defined' || name === 'undefined') {
    const wanted = name === 'undefined';
    return located(node, (frame) => evaluateInput(frame) instanceof Undefined === wanted);
  }
  const evaluateArguments = compileArguments(node.arguments);
  return located(node, (frame) => {
    const value = frame.render.settle(evaluateInput(frame));
    const { positional, named } = evaluateArguments(frame);
    return frame.render.applyTest(name, value, positional, named);
  });
};

/** The truth of a test's answer. */
export const answer = (value: Value): boolean => value === true || (value !== false && truthy(value));
