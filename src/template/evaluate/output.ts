import { toText } from '../python/text.ts';
import { undefinedError } from '../python/undefined.ts';
import { Undefined, type Value } from '../values.ts';
import { nothing } from './expression.ts';
import type { Render } from './render.ts';

/** Puts what an expression yields to the output. None prints nothing, as Ansible has it. */
export const emit = (value: Value, out: Value[]): void => {
  if (value === null) return;
  if (value instanceof Undefined) {
    if (value !== nothing) throw undefinedError(value);
    out.push('');
  } else out.push(value);
};

/** The one value that was put out, in its own type; else the text of all; null where nothing was. */
export const joinOutput = (render: Render, out: readonly Value[]): Value => {
  if (out.length === 0) return null;
  if (out.length === 1) return render.finalize(out[0] as Value);
  return out.map((value) => (typeof value === 'string' ? value : toText(render.finalize(value)))).join('');
};
