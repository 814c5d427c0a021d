import { plugin } from '../plugin.ts';
import { TemplateError } from '../template-error.ts';
import { Callable, Opaque, type Value } from '../values.ts';

/** `cycler('odd', 'even')`: gives its items in turn, over loops. */
class Cycler extends Opaque {
  readonly typeName = 'Cycler';
  private readonly items: readonly Value[];
  private position = 0;
  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }
  get(key: Value): Value | undefined {
    const current = this.items[this.position] as Value;
    if (key === 'current') return current;
    if (key === 'next') {
      return new Callable('next', () => {
        const item = this.items[this.position] as Value;
        this.position = (this.position + 1) % this.items.length;
        return item;
      });
    }
    if (key !== 'reset') return undefined;
    return new Callable('reset', () => {
      this.position = 0;
      return null;
    });
  }
}

export const cycler = plugin('*items', (_, items) => {
  const list = items as Value[];
  if (list.length === 0) throw new TemplateError('at least one item has to be provided');
  return new Cycler(list);
});
