import type { Origin } from '../template-error.ts';
import type { Value } from '../values.ts';
import type { Blocks } from './inheritance.ts';
import type { Render } from './render.ts';

/** Names that a part of a template sets, over those of the parts around it, over the variables of the render. */
export class Frame {
  readonly render: Render;
  readonly origin: Origin;
  readonly parent: Frame | undefined;
  /** An imported template without context sees no variables. */
  readonly isolated: boolean;
  locals: Map<string, Value> | undefined;
  /** The blocks of the template and of those that it extends. */
  blocks: Blocks | undefined;

  constructor(render: Render, origin: Origin, parent?: Frame, isolated = false) {
    this.render = render;
    this.origin = origin;
    this.parent = parent;
    this.isolated = isolated;
    this.blocks = parent?.blocks;
  }

  inner(): Frame {
    return new Frame(this.render, this.origin, this, this.isolated);
  }

  get(name: string): Value | undefined {
    for (let frame: Frame | undefined = this; frame; frame = frame.parent) {
      const value = frame.locals?.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(name: string, value: Value): void {
    this.locals ??= new Map();
    this.locals.set(name, value);
  }
}

export type Evaluate = (frame: Frame) => Value;

/** Runs a statement; what it prints goes to `out`. The answer tells a loop to go on, to end, or to take the next item. */
export type Execute = (frame: Frame, out: Value[]) => Signal;

export type Signal = 0 | 1 | 2;
export const goOn = 0;
export const breakLoop = 1;
export const continueLoop = 2;
