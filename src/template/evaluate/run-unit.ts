import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { Frame } from './frame.ts';
import { Blocks, Self } from './inheritance.ts';
import type { Unit } from './unit.ts';

/** Runs a whole template in `frame`, and the templates that it extends. Answers with its output and its top-level names. */
export const runUnit = (unit: Unit, frame: Frame): { frame: Frame; out: Value[] } => {
  if (!unit.inherits) {
    const out: Value[] = [];
    unit.execute(frame, out);
    return { frame, out };
  }
  frame.blocks = new Blocks();
  frame.set('self', new Self(frame));
  let [current, currentFrame] = [unit, frame];
  for (;;) {
    const { blocks } = frame;
    blocks.parent = undefined;
    blocks.add(current.blocks, currentFrame);
    const out: Value[] = [];
    current.execute(currentFrame, out);
    const parent: string | undefined = blocks.parent;
    if (parent === undefined) return { frame, out };
    const loaded = frame.render.load(parent, currentFrame.origin);
    if (!loaded) {
      throw new TemplateError(`the template '${parent}' to extend was not found`, {
        hint: `looked in ${frame.render.templatePath(currentFrame.origin).join(', ') || 'no folder'}`,
      });
    }
    const origin = {
      text: loaded.unit.source,
      position: { file: loaded.file, line: 1, column: 1 },
      usedBy: { origin: currentFrame.origin, at: 0 },
    };
    const parentFrame = new Frame(frame.render, origin, currentFrame, frame.isolated);
    parentFrame.blocks = blocks;
    [current, currentFrame] = [loaded.unit, parentFrame];
  }
};
