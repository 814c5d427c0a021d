import { toText } from '../python/text.ts';
import { undefinedError } from '../python/undefined.ts';
import { Omit, Undefined, type Value } from '../values.ts';
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
  return out.map((value) => textOf(render, value)).join('');
};

/** Within a text, `omit` leaves nothing: only an argument as a whole can be omitted. */
const textOf = (render: Render, value: Value): string => {
  if (typeof value === 'string') return value;
  const final = render.finalize(value);
  return final instanceof Omit ? '' : toText(final);
};
