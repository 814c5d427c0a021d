import type { Vars } from '../language/playbook.ts';
import type { Value } from '../template/values.ts';
import type { Pending } from '../variables/variables.ts';
import { shortName } from './compile.ts';
import type { PlayContext } from './context.ts';
import { registerName } from './item.ts';
import type { TaskStep } from './tree.ts';

/** Thrown where the look-ahead ends. */
export class Edge extends Error {}

/** Modules that bring nothing that later looks could depend on, as long as they do not fail. */
export const passes = new Set(['debug', 'assert', 'validate_argument_spec', 'set_stats']);
/** Modules whose results are facts. */
const bringsFacts = new Set(['setup', 'gather_facts', 'package_facts', 'service_facts', 'mount_facts', 'getent']);

/**
 * What the tasks that a host is walked past ahead of time will have set: values where they can be told, and names whose values are
 * not known before the tasks' own turns. To be settled when the walk is over.
 */
export class Foreseen {
  readonly #host: string;
  readonly #known = new Map<string, Value>();
  readonly #pending: Pending[] = [];

  constructor(host: string) {
    this.#host = host;
  }

  set(name: string, value: Value): void {
    this.#known.set(name, value);
  }

  forget(name: string): void {
    this.#known.delete(name);
  }

  /** Laid under an item's variables. */
  under(vars: Vars): Vars {
    return this.#known.size === 0 ? vars : new Map([...this.#known, ...vars]);
  }

  /** What a task that has a look will set is not known. */
  leave(step: TaskStep, context: PlayContext): void {
    const facts = bringsFacts.has(shortName(step.task.module.name));
    this.#pend([registerName(step)], facts, context);
  }

  /** The same for a task of which not even the look, or whether it is wanted, is known. Throws Edge where it may set anything. */
  pass(step: TaskStep, context: PlayContext): void {
    const { module: named, args } = step.task;
    const name = shortName(named.name);
    if (name === 'set_fact' && args.value instanceof Map) {
      const names = [...args.value.keys()];
      if (!names.every(isPlainName)) throw new Edge();
      this.#pend(names, false, context);
    } else if (context.sources.module(named).kind === 'control' && !passes.has(name)) throw new Edge();
    this.leave(step, context);
  }

  settle(): void {
    for (const pending of this.#pending) pending.settle();
  }

  #pend(all: readonly string[], facts: boolean, context: PlayContext): void {
    const names = all.filter((name) => name !== '');
    for (const name of names) this.#known.delete(name);
    if (names.length > 0 || facts) this.#pending.push(context.variables.pend(this.#host, { names, facts }));
  }
}

/** Neither computed nor part of a line of text. */
const isPlainName = (key: Value): key is string =>
  typeof key === 'string' && !key.includes('{{') && !key.startsWith('_');
