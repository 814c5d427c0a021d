import type { Vars } from '../language/playbook.ts';
import { asText, coerce } from '../modules/coerce.ts';
import { typeName } from '../template/python/type-name.ts';
import { type Dict, Omit, type Scope, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import type { PlayContext } from './context.ts';
import type { TaskStep } from './tree.ts';

/** `loop_control`, with Ansible's defaults. */
export interface LoopControl {
  readonly loopVar: string;
  readonly indexVar: string | undefined;
  /** Unrendered: it is different for each item. */
  readonly label: Value | undefined;
  readonly pauseMs: number;
  readonly extended: boolean;
  readonly allItems: boolean;
  readonly breakWhen: Value | undefined;
}

export const isLooped = (step: TaskStep): boolean =>
  step.task.withLookup !== undefined || step.keywords.own('loop') !== undefined;

/** The items of `loop` or `with_…`. Throws a UserError where they are no list. */
export const loopItems = (step: TaskStep, host: string, scope: Scope, context: PlayContext): Value[] => {
  const { withLookup } = step.task;
  if (withLookup) return lookupItems(step, withLookup.name, withLookup.terms.value, host, scope, context);
  const field = step.keywords.own('loop');
  if (!field) return [];
  const items = context.templar.render(field.value, scope);
  if (Array.isArray(items)) return items.filter((item) => !(item instanceof Omit));
  throw new UserError({
    severity: 'error',
    message: `The \`loop\` value must resolve to a 'list', not '${typeName(items)}'.`,
    position: field.valuePosition,
    hint: items instanceof Map ? 'a mapping becomes a list with `| dict2items`' : undefined,
  });
};

/** `with_items: x` is `loop: "{{ query('items', *x) }}"`. */
const lookupItems = (
  step: TaskStep,
  name: string,
  terms: Value,
  host: string,
  scope: Scope,
  context: PlayContext,
): Value[] => {
  const rendered = context.templar.render(terms, scope);
  const list = Array.isArray(rendered) ? rendered : [rendered];
  const inner = context.play.scope(host, step.frame, new Map<string, Value>([['_loop_terms', list]]));
  const items = context.templar.evaluate(`query('${name}', *_loop_terms)`, inner, step.task.withLookup?.terms.position);
  return Array.isArray(items) ? items : [items];
};

export const loopControl = (step: TaskStep, scope: Scope, context: PlayContext): LoopControl => {
  const field = step.keywords.own('loop_control');
  const control = field?.value instanceof Map ? field.value : (new Map() as Dict);
  const value = (name: string): Value | undefined => {
    const raw = control.get(name);
    return raw === undefined ? undefined : context.templar.render(raw, scope);
  };
  const text = (name: string): string | undefined => {
    const rendered = value(name);
    return rendered === undefined || rendered === null ? undefined : asText(rendered);
  };
  const flag = (name: string, otherwise: boolean): boolean => {
    const rendered = value(name);
    return rendered === undefined ? otherwise : (coerce(rendered, 'bool') as boolean);
  };
  return {
    loopVar: text('loop_var') ?? 'item',
    indexVar: text('index_var'),
    label: control.get('label'),
    pauseMs: Number(text('pause') ?? 0) * 1000,
    extended: flag('extended', false),
    allItems: flag('extended_allitems', true),
    breakWhen: control.get('break_when'),
  };
};

/** The names that one item of a loop adds. */
export const itemVars = (items: readonly Value[], index: number, control: LoopControl): Vars => {
  const vars = new Map<string, Value>([
    ['ansible_loop_var', control.loopVar],
    [control.loopVar, items[index] as Value],
  ]);
  if (control.indexVar !== undefined) {
    vars.set('ansible_index_var', control.indexVar);
    vars.set(control.indexVar, index);
  }
  if (control.extended) vars.set('ansible_loop', extendedLoop(items, index, control.allItems));
  return vars;
};

const extendedLoop = (items: readonly Value[], index: number, allItems: boolean): Dict => {
  const { length } = items;
  const loop: Dict = new Map<Value, Value>([
    ['index', index + 1],
    ['index0', index],
    ['first', index === 0],
    ['last', index + 1 === length],
    ['length', length],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
  ]);
  if (allItems) loop.set('allitems', [...items]);
  if (index > 0) loop.set('previtem', items[index - 1] as Value);
  if (index + 1 < length) loop.set('nextitem', items[index + 1] as Value);
  return loop;
};
