import type { Vars } from '../language/playbook.ts';
import { asText } from '../modules/coerce.ts';
import type { Scope, Value } from '../template/values.ts';
import type { Pending } from '../variables/variables.ts';
import { shortName } from './compile.ts';
import type { HostState, PlayContext } from './context.ts';
import type { Cursor } from './cursor.ts';
import { isInclude, resolveInclude } from './includes.ts';
import { registerName } from './item.ts';
import { isLooped, itemVars, loopControl, loopItems } from './loop.ts';
import type { LookRequest } from './machine.ts';
import { isMeta, metaAction } from './meta.ts';
import { checkWhen, lookOf, prepare } from './prepare.ts';
import { skippedResult } from './results.ts';
import type { Progress } from './task.ts';
import type { TaskStep } from './tree.ts';

/** Modules that only compute: they are run ahead for the variables that they bring. */
const computes = new Set(['set_fact', 'include_vars']);
/** Modules that bring nothing that later looks could depend on, as long as they do not fail. */
const passes = new Set(['debug', 'assert', 'validate_argument_spec', 'set_stats']);
/** Modules whose results are facts. */
const bringsFacts = new Set(['setup', 'gather_facts', 'package_facts', 'service_facts', 'mount_facts', 'getent']);

const mostBytes = 512 * 1024;

/**
 * The looks of what comes next for a host, as far as it can be told: the rest of the loop under way, then the tasks behind
 * it, taken to change nothing and to fail nowhere. What is found out this way decides nothing: each task is evaluated again
 * at its turn, and uses a reply only if its look is still the very same script.
 */
export const lookAhead = (
  host: HostState,
  progress: Progress,
  most: number,
  context: PlayContext,
): readonly LookRequest[] => {
  if (!context.settings.lookAhead) return [];
  // What is said while walking ahead is said again at each task's own turn.
  const quiet = { ...context, emit: () => undefined };
  return context.templar.ahead(() => new Walk(host, progress, most, quiet).requests());
};

/** Thrown where the look-ahead ends. */
class Edge extends Error {}

class Walk {
  readonly #host: HostState;
  readonly #progress: Progress;
  readonly #most: number;
  readonly #context: PlayContext;
  readonly #requests: LookRequest[] = [];
  readonly #pending: Pending[] = [];
  /** What tasks that only compute will have set. */
  readonly #known = new Map<string, Value>();
  #bytes = 0;

  constructor(host: HostState, progress: Progress, most: number, context: PlayContext) {
    this.#host = host;
    this.#progress = progress;
    this.#most = most;
    this.#context = context;
  }

  requests(): readonly LookRequest[] {
    try {
      const { step, rest } = this.#progress;
      for (const overlay of rest) this.#item(step, overlay);
      this.#leave(step);
      const cursor = this.#host.cursor.ahead();
      cursor.advance();
      for (let next = cursor.peek(); next; next = cursor.peek()) this.#step(next, cursor);
    } catch (error) {
      // Whatever stops the walk stops or fails the task itself when its turn comes, and is told then.
      if (!(error instanceof Error)) throw error;
    } finally {
      for (const pending of this.#pending) pending.settle();
    }
    return this.#requests;
  }

  #step(step: TaskStep, cursor: Cursor): void {
    if (isMeta(step)) {
      this.#meta(step);
      cursor.advance();
      return;
    }
    if (['delegate_to', 'run_once', 'debugger'].some((name) => step.keywords.inherited(name))) throw new Edge();
    if (step.keywords.own('async')) throw new Edge();
    if (isInclude(step)) {
      this.#include(step, cursor);
      return;
    }
    cursor.advance();
    const scope = this.#scope(step, new Map());
    if (isLooped(step)) {
      const items = loopItems(step, this.#host.name, scope, this.#context);
      const control = loopControl(step, scope, this.#context);
      if (control.pauseMs > 0 || control.breakWhen !== undefined) throw new Edge();
      for (const index of items.keys()) this.#item(step, itemVars(items, index, control));
      this.#leave(step);
    } else if (this.#item(step, new Map())) this.#leave(step);
  }

  /** Says whether the task would run, rather than be skipped. */
  #item(step: TaskStep, overlay: Vars): boolean {
    const { module: named } = step.task;
    const scope = this.#scope(step, overlay);
    const verdict = checkWhen(step, scope, this.#context, this.#host.name);
    const register = registerName(step);
    if (!verdict.met) {
      if (register && overlay.size === 0) this.#known.set(register, skippedResult(verdict.condition));
      return false;
    }
    if (register) this.#known.delete(register);
    const name = shortName(named.name);
    if (passes.has(name)) return true;
    const prepared = prepare(step, this.#host, scope, overlay, this.#context);
    const { module } = prepared;
    if (module.kind === 'control') {
      if (!computes.has(name)) throw new Edge();
      const result = module.run(prepared.args, prepared.context);
      const facts = result instanceof Promise ? undefined : result.get('ansible_facts');
      if (!(facts instanceof Map)) throw new Edge();
      for (const [key, value] of facts) this.#known.set(asText(key), value);
      return true;
    }
    if (module.observes === 'world') throw new Edge();
    const { request } = lookOf(prepared);
    if (!request) throw new Edge();
    this.#bytes += request.script.text.text.length + (request.script.stdin?.length ?? 0);
    if (this.#requests.length >= this.#most || this.#bytes > mostBytes) throw new Edge();
    this.#requests.push(request);
    return true;
  }

  /** What the task behind us will set is not known yet. */
  #leave(step: TaskStep): void {
    const names = [registerName(step)].filter((name) => name !== '');
    const facts = bringsFacts.has(shortName(step.task.module.name));
    for (const name of names) this.#known.delete(name);
    if (names.length > 0 || facts) this.#pending.push(this.#context.variables.pend(this.#host.name, { names, facts }));
  }

  #include(step: TaskStep, cursor: Cursor): void {
    cursor.advance();
    if (isLooped(step) || step.keywords.own('register')) throw new Edge();
    const scope = this.#scope(step, new Map());
    if (!checkWhen(step, scope, this.#context, this.#host.name).met) return;
    // A role that is read for the first time may bring handlers and variables for all, and only its turn may do that.
    if (shortName(step.task.module.name) === 'include_role' && step.included.size === 0) throw new Edge();
    cursor.enter(resolveInclude(step, new Map(), scope, this.#context).steps);
  }

  #meta(step: TaskStep): void {
    const action = metaAction(step);
    if (action === 'noop' || action === 'role_complete') return;
    if (action === 'flush_handlers' && this.#host.notifications.size + this.#host.notified.size === 0) return;
    throw new Edge();
  }

  #scope(step: TaskStep, overlay: Vars): Scope {
    const vars = this.#known.size === 0 ? overlay : new Map([...this.#known, ...overlay]);
    return this.#context.play.scope(this.#host.name, step.frame, vars);
  }
}
