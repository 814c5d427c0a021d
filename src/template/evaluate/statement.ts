import { truthy } from '../python/truth.ts';
import type { Statement, StatementOf } from '../syntax/tree.ts';
import type { Value } from '../values.ts';
import { assign, compileTarget } from './assignment.ts';
import { blockInput } from './call.ts';
import { compileExpression, located } from './expression.ts';
import { breakLoop, continueLoop, type Execute, type Frame, goOn } from './frame.ts';
import { compileBlock, compileExtends } from './inheritance.ts';
import { compileFor } from './loop.ts';
import { compileCallBlock, compileMacro } from './macro.ts';
import { emit, joinOutput } from './output.ts';
import { compileFrom, compileImport, compileInclude } from './reference.ts';

type Compilers = { readonly [Kind in Statement['kind']]: (node: StatementOf<Kind>) => Execute };

/** Turns statements into one function that runs them in order, until a `break` or `continue` ends them. */
export const compileBody = (body: readonly Statement[]): Execute => {
  const executes = body.map((node) => (compilers[node.kind] as (node: Statement) => Execute)(node));
  if (executes.length === 1) return executes[0] as Execute;
  return (frame, out) => {
    for (const execute of executes) {
      const signal = execute(frame, out);
      if (signal !== goOn) return signal;
    }
    return goOn;
  };
};

/** The output of a body that runs in names of its own. */
const capture = (execute: Execute, frame: Frame): Value => {
  const out: Value[] = [];
  execute(frame, out);
  return joinOutput(frame.render, out);
};

const compileIf = ({ branches, otherwise }: StatementOf<'if'>): Execute => {
  const compiled = branches.map(({ test, body }) => {
    const evaluate = compileExpression(test);
    return { test: located(test, (frame) => truthy(evaluate(frame))), body: compileBody(body) };
  });
  const last = compileBody(otherwise);
  return (frame, out) => {
    for (const { test, body } of compiled) if (test(frame)) return body(frame, out);
    return last(frame, out);
  };
};

const compileFilterBlock = ({ filter, body }: StatementOf<'filter-block'>): Execute => {
  const [evaluate, execute] = [compileExpression(filter), compileBody(body)];
  return (frame, out) => {
    const inner = frame.inner();
    inner.set(blockInput, capture(execute, inner) ?? '');
    emit(evaluate(inner), out);
    return goOn;
  };
};

// The arrows around functions of other files let those files load in any order: each of them needs this one, too.
const compilers: Compilers = {
  data: ({ text }) => {
    return (_, out) => {
      out.push(text);
      return goOn;
    };
  },
  output: ({ expression }) => {
    const evaluate = located(expression, compileExpression(expression));
    return (frame, out) => {
      emit(evaluate(frame), out);
      return goOn;
    };
  },
  do: ({ expression }) => {
    const evaluate = compileExpression(expression);
    return (frame) => {
      evaluate(frame);
      return goOn;
    };
  },
  if: compileIf,
  for: (node) => compileFor(node),
  break: () => () => breakLoop,
  continue: () => () => continueLoop,
  set: (node) => {
    const [target, evaluate] = [compileTarget(node.target), compileExpression(node.value)];
    return (frame) => {
      assign(target, evaluate(frame), frame, node);
      return goOn;
    };
  },
  'set-block': (node) => {
    const [target, execute] = [compileTarget(node.target), compileBody(node.body)];
    const filter = node.filter && compileExpression(node.filter);
    return (frame) => {
      const inner = frame.inner();
      const text = capture(execute, inner) ?? '';
      inner.set(blockInput, text);
      assign(target, filter ? filter(inner) : text, frame, node);
      return goOn;
    };
  },
  with: (node) => {
    const assignments = node.assignments.map(
      ([target, value]) => [compileTarget(target), compileExpression(value)] as const,
    );
    const execute = compileBody(node.body);
    return (frame, out) => {
      const inner = frame.inner();
      for (const [target, evaluate] of assignments) assign(target, evaluate(frame), inner, node);
      return execute(inner, out);
    };
  },
  scope: ({ body }) => {
    const execute = compileBody(body);
    return (frame, out) => execute(frame.inner(), out);
  },
  macro: (node) => compileMacro(node),
  'call-block': (node) => compileCallBlock(node),
  'filter-block': compileFilterBlock,
  block: (node) => compileBlock(node),
  extends: (node) => compileExtends(node),
  include: (node) => compileInclude(node),
  import: (node) => compileImport(node),
  from: (node) => compileFrom(node),
};
