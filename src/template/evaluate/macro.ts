import type { Parameter, Statement, StatementOf } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { Callable, Tuple, Undefined, type Value } from '../values.ts';
import { callValue, compileArguments } from './call.ts';
import { compileExpression, located } from './expression.ts';
import { type Execute, type Frame, goOn } from './frame.ts';
import { emit, joinOutput } from './output.ts';
import { compileBody } from './statement.ts';

export const compileMacro = ({ name, parameters, body }: StatementOf<'macro'>): Execute => {
  const make = compileFunction(name, parameters, body);
  return (frame) => {
    frame.set(name, make(frame));
    return goOn;
  };
};

export const compileCallBlock = (node: StatementOf<'call-block'>): Execute => {
  const make = compileFunction('caller', node.parameters, node.body);
  const callee = compileExpression(node.call.callee);
  const evaluateArguments = compileArguments(node.call.arguments);
  const call = located(node.call, (frame) => {
    const { positional, named } = evaluateArguments(frame);
    return callValue(callee(frame), positional, new Map(named).set('caller', make(frame)));
  });
  return (frame, out) => {
    emit(call(frame), out);
    return goOn;
  };
};

/** A function of the frame that makes the macro, which sees the names around its definition. */
const compileFunction = (
  name: string,
  parameters: readonly Parameter[],
  body: readonly Statement[],
): ((frame: Frame) => Callable) => {
  const execute = compileBody(body);
  const names = parameters.map((parameter) => parameter.name);
  const defaults = parameters.map((parameter) => parameter.default && compileExpression(parameter.default));
  const uses = namesIn(body);
  const takesCaller = uses.has('caller') || names.includes('caller');

  const bind = (frame: Frame, positional: readonly Value[], named: ReadonlyMap<string, Value>): void => {
    const more = new Map<Value, Value>();
    for (const [key, value] of named) {
      if (names.includes(key)) frame.set(key, value);
      else if (key === 'caller' && takesCaller) frame.set(key, value);
      else if (uses.has('kwargs')) more.set(key, value);
      else throw new TemplateError(`macro '${name}' takes no keyword argument '${key}'`);
    }
    if (positional.length > names.length && !uses.has('varargs')) {
      throw new TemplateError(`macro '${name}' takes not more than ${names.length} argument(s)`);
    }
    names.forEach((key, index) => {
      const given = positional[index];
      if (given !== undefined) frame.set(key, given);
      else if (!named.has(key)) {
        const fallback = defaults[index];
        frame.set(key, fallback ? fallback(frame) : new Undefined(key, `parameter '${key}' was not provided`));
      }
    });
    if (uses.has('varargs')) frame.set('varargs', Tuple.from(positional.slice(names.length)) as Tuple);
    if (uses.has('kwargs')) frame.set('kwargs', more);
    if (takesCaller && !named.has('caller')) frame.set('caller', new Undefined('caller', 'No caller defined'));
  };

  return (around) =>
    new Callable(name, (positional, named) => {
      const frame = around.inner();
      bind(frame, positional, named);
      const out: Value[] = [];
      execute(frame, out);
      return joinOutput(frame.render, out) ?? '';
    });
};

/** Which of the names that a macro has by itself its body speaks of. */
const namesIn = (body: readonly Statement[]): ReadonlySet<string> => {
  const found = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) walk(item);
    else if (node !== null && typeof node === 'object') {
      if ('kind' in node && node.kind === 'name' && 'name' in node) found.add(node.name as string);
      for (const child of Object.values(node)) if (typeof child === 'object') walk(child);
    }
  };
  walk(body);
  return found;
};
