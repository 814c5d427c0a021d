import { toText } from '../python/text.ts';
import { defined } from '../python/undefined.ts';
import type { Expression, StatementOf } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { Opaque, Undefined, type Value } from '../values.ts';
import { compileExpression } from './expression.ts';
import { type Execute, Frame, goOn } from './frame.ts';
import { emit, joinOutput } from './output.ts';
import { runUnit } from './run-unit.ts';
import type { Unit } from './unit.ts';

type Loaded = { readonly unit: Unit; readonly file: string };

/** Finds the template that an expression names: a name, or a list of names of which the first that exists counts. */
const compileLoad = (node: Expression): ((frame: Frame, mayMiss: boolean) => Loaded | undefined) => {
  const evaluate = compileExpression(node);
  return (frame, mayMiss) => {
    const wanted = defined(frame.render.settle(evaluate(frame)));
    const names = Array.isArray(wanted) ? wanted : [wanted];
    for (const name of names) {
      const loaded = frame.render.load(toText(name), frame.origin);
      if (loaded) return loaded;
    }
    if (mayMiss) return undefined;
    const error = new TemplateError(
      `the template ${names.map((name) => `'${toText(name)}'`).join(' or ')} was not found`,
      {
        hint: `looked in ${frame.render.templatePath(frame.origin).join(', ') || 'no folder'}`,
      },
    );
    error.locate(frame.origin, node.at, node.length);
    throw error;
  };
};

export const compileInclude = ({ template, ignoreMissing, withContext, at }: StatementOf<'include'>): Execute => {
  const load = compileLoad(template);
  return (frame, out) => {
    const loaded = load(frame, ignoreMissing);
    if (loaded) emit(joinOutput(frame.render, runLoaded(loaded, frame, withContext, at).out), out);
    return goOn;
  };
};

export const compileImport = ({ template, target, withContext, at }: StatementOf<'import'>): Execute => {
  const load = compileLoad(template);
  return (frame) => {
    frame.set(target, new Module(runLoaded(load(frame, false) as Loaded, frame, withContext, at)));
    return goOn;
  };
};

export const compileFrom = ({ template, names, withContext, at }: StatementOf<'from'>): Execute => {
  const load = compileLoad(template);
  return (frame) => {
    const loaded = load(frame, false) as Loaded;
    const module = new Module(runLoaded(loaded, frame, withContext, at));
    for (const [name, alias] of names) {
      const fallback = new Undefined(name, `the template '${loaded.file}' does not export '${name}'`, frame.origin, at);
      frame.set(alias, module.get(name) ?? fallback);
    }
    return goOn;
  };
};

const runLoaded = ({ unit, file }: Loaded, frame: Frame, withContext: boolean, at: number) => {
  const position = { file, line: 1, column: 1 };
  const origin = { text: unit.source, position, usedBy: { origin: frame.origin, at } };
  const inner = withContext
    ? new Frame(frame.render, origin, frame, frame.isolated)
    : new Frame(frame.render, origin, undefined, true);
  return runUnit(unit, inner);
};

/** The names that an imported template sets: its macros and top-level variables. */
class Module extends Opaque {
  readonly typeName = 'TemplateModule';
  private readonly frame: Frame;
  private readonly out: Value[];
  constructor({ frame, out }: { frame: Frame; out: Value[] }) {
    super();
    this.frame = frame;
    this.out = out;
  }
  get(key: Value): Value | undefined {
    return typeof key === 'string' && !key.startsWith('_') ? this.frame.locals?.get(key) : undefined;
  }
  override text(): string {
    return toText(joinOutput(this.frame.render, this.out) ?? '');
  }
}
