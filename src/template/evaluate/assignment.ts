import { iterate } from '../python/iterate.ts';
import type { Target } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { Opaque, type Value } from '../values.ts';
import type { Frame } from './frame.ts';

type Assign = (frame: Frame, value: Value) => void;

/** Turns what stands left of `=` or before `in` into a function that sets it. */
export const compileTarget = (target: Target): Assign => {
  if (target.kind === 'name') return (frame, value) => frame.set(target.name, value);
  if (target.kind === 'member') {
    return (frame, value) => {
      const namespace = frame.get(target.namespace);
      if (!(namespace instanceof Opaque) || !namespace.set) {
        throw new TemplateError(`'${target.namespace}' is no namespace, so '${target.name}' in it can't be set`, {
          hint: `{% set ${target.namespace} = namespace() %} makes one`,
        });
      }
      namespace.set(target.name, value);
    };
  }
  const items = target.items.map(compileTarget);
  return (frame, value) => {
    const values = iterate(frame.render.settle(value));
    if (values.length !== items.length) {
      const fault = values.length > items.length ? 'too many values' : `not enough values (got ${values.length})`;
      throw new TemplateError(`${fault} to unpack: ${items.length} expected`);
    }
    items.forEach((item, index) => {
      item(frame, values[index] as Value);
    });
  };
};

/** Sets `target` in `frame`; an error points at `node`. */
export const assign = (
  target: Assign,
  value: Value,
  frame: Frame,
  node: { readonly at: number; readonly length: number },
): void => {
  try {
    target(frame, value);
  } catch (error) {
    if (error instanceof TemplateError) error.locate(frame.origin, node.at, node.length);
    throw error;
  }
};
