import { toText } from '../python/text.ts';
import type { StatementOf } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { Callable, Opaque, type Value } from '../values.ts';
import { compileExpression } from './expression.ts';
import { type Execute, Frame, goOn } from './frame.ts';
import { emit, joinOutput } from './output.ts';
import { compileBody } from './statement.ts';

interface Definition {
  readonly execute: Execute;
  readonly frame: Frame;
  readonly required: boolean;
}

/** The blocks of a template and of those it extends: for each name the definitions, the most derived first. */
export class Blocks {
  readonly definitions = new Map<string, Definition[]>();
  /** The template to render instead, once `extends` was met. */
  parent: string | undefined;

  /** Adds the blocks of a template that is rendered, behind those of the templates that extend it. */
  add(blocks: ReadonlyMap<string, BlockSource>, frame: Frame): void {
    for (const [name, { execute, required }] of blocks) {
      const definition = { execute, required, frame };
      const known = this.definitions.get(name);
      if (known) known.push(definition);
      else this.definitions.set(name, [definition]);
    }
  }
}

/** A block as a template's text defines it. */
export interface BlockSource {
  readonly execute: Execute;
  readonly required: boolean;
}

const runBlock = (name: string, level: number, current: Frame | undefined): Value => {
  const definition = current?.blocks?.definitions.get(name)?.[level];
  if (!definition || !current) throw new TemplateError(`there is no parent block called '${name}'`);
  if (definition.required) throw new TemplateError(`the block '${name}' must be overridden`);
  const frame = new Frame(current.render, definition.frame.origin, current);
  frame.blocks = current.blocks;
  frame.set('super', new Callable('super', () => runBlock(name, level + 1, current)));
  frame.set('self', new Self(current));
  const out: Value[] = [];
  definition.execute(frame, out);
  return joinOutput(frame.render, out) ?? '';
};

/** `self.title()` renders a block once more. */
export class Self extends Opaque {
  readonly typeName = 'TemplateReference';
  private readonly frame: Frame;
  constructor(frame: Frame) {
    super();
    this.frame = frame;
  }
  get(key: Value): Value | undefined {
    const name = String(key);
    return this.frame.blocks?.definitions.has(name)
      ? new Callable(name, () => runBlock(name, 0, this.frame))
      : undefined;
  }
}

export const compileBlock = ({ name, scoped }: StatementOf<'block'>): Execute => {
  return (frame, out) => {
    if (frame.blocks?.parent === undefined) emit(runBlock(name, 0, scoped ? frame : rootOf(frame)), out);
    return goOn;
  };
};

/** A block without `scoped` does not see the names of loops around it. */
const rootOf = (frame: Frame): Frame => {
  let root = frame;
  while (root.parent && root.parent.blocks === frame.blocks && root.parent.origin === frame.origin) root = root.parent;
  return root;
};

export const compileBlockSource = (node: StatementOf<'block'>): BlockSource => ({
  execute: compileBody(node.body),
  required: node.required,
});

export const compileExtends = ({ template, at, length }: StatementOf<'extends'>): Execute => {
  const evaluate = compileExpression(template);
  return (frame) => {
    if (!frame.blocks) throw new TemplateError("'extends' stands where no template begins");
    if (frame.blocks.parent !== undefined) {
      const error = new TemplateError('a template can extend only one other');
      error.locate(frame.origin, at, length);
      throw error;
    }
    frame.blocks.parent = toText(evaluate(frame));
    return goOn;
  };
};
