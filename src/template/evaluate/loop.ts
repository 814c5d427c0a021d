import { isMapping } from '../python/dict.ts';
import { equals } from '../python/equality.ts';
import { iterate } from '../python/iterate.ts';
import { truthy } from '../python/truth.ts';
import type { StatementOf } from '../syntax/tree.ts';
import { TemplateError } from '../template-error.ts';
import { Callable, Tuple, Undefined, type Value } from '../values.ts';
import { assign, compileTarget } from './assignment.ts';
import { compileExpression, located } from './expression.ts';
import { breakLoop, type Execute, type Frame, goOn } from './frame.ts';
import { joinOutput } from './output.ts';
import { compileBody } from './statement.ts';

export const compileFor = (node: StatementOf<'for'>): Execute => {
  const target = compileTarget(node.target);
  const iterable = located(node.iterable, compileExpression(node.iterable));
  const test = node.test && located(node.iterable, compileExpression(node.test));
  const body = compileBody(node.body);
  const otherwise = compileBody(node.otherwise);

  const itemsOf = (value: Value, frame: Frame): LoopItems => {
    const all = iterate(isMapping(value) ? value : frame.render.settle(value));
    if (!test) return new LoopItems(all, undefined);
    return new LoopItems(all, (item) => {
      const inner = frame.inner();
      assign(target, item, inner, node);
      return truthy(test(inner));
    });
  };

  const run = (value: Value, frame: Frame, out: Value[], depth: number): void => {
    let items = new LoopItems([], undefined);
    located(node.iterable, () => {
      items = itemsOf(value, frame);
      return null;
    })(frame);
    if (!items.has(0)) {
      otherwise(frame.inner(), out);
      return;
    }
    const loop = new Loop(items, depth, (deeper) => {
      if (!node.recursive) throw new TemplateError("this loop can't call itself: 'recursive' is missing from its tag");
      const inside: Value[] = [];
      run(frame.render.settle(deeper), frame, inside, depth + 1);
      return joinOutput(frame.render, inside) ?? '';
    });
    for (let index = 0; items.has(index); index++) {
      const inner = frame.inner();
      loop.index = index;
      inner.set('loop', loop);
      assign(target, items.at(index) as Value, inner, node);
      if (body(inner, out) === breakLoop) break;
    }
  };

  return (frame, out) => {
    run(iterable(frame), frame, out, 0);
    return goOn;
  };
};

/** What a `for` walks: with `if`, each item is judged when the loop gets to it, as what the body did before may decide. */
class LoopItems {
  readonly #all: readonly Value[];
  readonly #test: ((item: Value) => boolean) | undefined;
  readonly #chosen: Value[] = [];
  #next = 0;

  constructor(all: readonly Value[], test: ((item: Value) => boolean) | undefined) {
    this.#all = all;
    this.#test = test;
  }

  has(index: number): boolean {
    if (!this.#test) return index < this.#all.length;
    while (this.#chosen.length <= index && this.#next < this.#all.length) {
      const item = this.#all[this.#next++] as Value;
      if (this.#test(item)) this.#chosen.push(item);
    }
    return index < this.#chosen.length;
  }

  at(index: number): Value | undefined {
    return this.has(index) ? (this.#test ? this.#chosen : this.#all)[index] : undefined;
  }

  get length(): number {
    this.has(this.#all.length);
    return (this.#test ? this.#chosen : this.#all).length;
  }
}

/** The `loop` of a `for`. Called, it walks the loop's body over other items. */
class Loop extends Callable {
  index = 0;
  private readonly items: LoopItems;
  private readonly depth: number;
  private lastSeen: readonly Value[] | undefined;

  constructor(items: LoopItems, depth: number, recurse: (items: Value) => Value) {
    super('loop', (positional) => recurse(positional[0] ?? null));
    this.items = items;
    this.depth = depth;
  }

  override member(name: Value): Value | undefined {
    const { index, items } = this;
    switch (name) {
      case 'index':
        return index + 1;
      case 'index0':
        return index;
      case 'revindex':
        return items.length - index;
      case 'revindex0':
        return items.length - index - 1;
      case 'first':
        return index === 0;
      case 'last':
        return !items.has(index + 1);
      case 'length':
        return items.length;
      case 'depth':
        return this.depth + 1;
      case 'depth0':
        return this.depth;
      case 'previtem':
        return items.at(index - 1) ?? new Undefined('previtem', 'there is no previous item');
      case 'nextitem':
        return items.at(index + 1) ?? new Undefined('nextitem', 'there is no next item');
      case 'cycle':
        return new Callable('cycle', (values) => {
          if (values.length === 0) throw new TemplateError('no items for cycling given');
          return values[index % values.length] as Value;
        });
      case 'changed':
        return new Callable('changed', (values) => {
          const same = this.lastSeen && equals(Tuple.from(this.lastSeen) as Tuple, Tuple.from(values) as Tuple);
          this.lastSeen = values;
          return !same;
        });
    }
    return undefined;
  }
}
