import type { Vars } from '../language/playbook.ts';
import { asText } from '../modules/coerce.ts';
import { PendingTouched, type Scope } from '../template/values.ts';
import { shortName } from './compile.ts';
import type { HostState, PlayContext } from './context.ts';
import type { Cursor } from './cursor.ts';
import { Edge, Foreseen, passes } from './foreseen.ts';
import { isInclude, resolveInclude } from './includes.ts';
import { registerName } from './item.ts';
import type { Link } from './link.ts';
import { isLooped, itemVars, loopControl, loopItems } from './loop.ts';
import type { LookRequest } from './machine.ts';
import { isMeta, metaAction } from './meta.ts';
import { checkWhen, lookOf, prepare } from './prepare.ts';
import { skippedResult } from './results.ts';
import type { Progress } from './task.ts';
import type { TaskStep } from './tree.ts';

/** Modules that only compute: they are run ahead for the variables that they bring. */
const computes = new Set(['set_fact', 'include_vars']);
const mostBytes = 512 * 1024;

/**
 * The looks of what comes next for a host, as far as it can be told: the rest of the loop under way, then the tasks behind
 * it; all taken to change nothing and to fail nowhere. While nothing has been changed in the run, also those of the plays after
 * that, and those behind a task of which something is not known yet: its own look comes later, in a message of its own. What is found out this way decides nothing: each task is evaluated again at its turn, and uses a reply only if its
 * look is still the very same script.
 */
export const lookAhead = (
  host: HostState,
  progress: Progress,
  most: number,
  context: PlayContext,
): readonly LookRequest[] => {
  if (!context.settings.lookAhead) return [];
  return context.templar.ahead(() => new Walk(host, most, context).requests(progress));
};

/**
 * The looks of what comes next for a host that stands between two tasks, and the way to it; undefined where there are none.
 * The others are still at a task before those: what they change there may change what is seen.
 */
export const lookAheadIdly = (
  host: HostState,
  most: number,
  context: PlayContext,
): { readonly link: Link; readonly requests: readonly LookRequest[] } | undefined => {
  const walk = new Walk(host, most, context);
  const requests = context.templar.ahead(() => walk.requests());
  return walk.link && { link: walk.link, requests };
};

class Walk {
  readonly #host: HostState;
  readonly #most: number;
  /** Where the looks go. */
  link: Link | undefined;
  /** Of the play that the walk is in. */
  #context: PlayContext;
  /** Behind what other hosts have a part in. */
  #beyond = false;
  readonly #requests: LookRequest[] = [];
  readonly #foreseen: Foreseen;
  #bytes = 0;
  #at: TaskStep | undefined;

  constructor(host: HostState, most: number, context: PlayContext) {
    this.#host = host;
    this.#most = most;
    this.#foreseen = new Foreseen(host.name);
    // What is said while walking ahead is said again at each task's own turn.
    this.#context = { ...context, emit: () => undefined };
  }

  /** `progress`: the task that the host is at; none: it stands before one. */
  requests(progress?: Progress): readonly LookRequest[] {
    this.#host.walkedTo = 'the end';
    try {
      const cursor = this.#host.cursor.ahead();
      if (progress) {
        const { step, rest } = progress;
        // These looks would go where the task's own goes.
        if (this.#isDelegated(step, this.#scope(step, rest[0] ?? new Map()))) {
          this.#host.walkedTo = undefined;
          return [];
        }
        for (const overlay of rest) this.#item(step, overlay);
        this.#foreseen.leave(step, this.#context);
        cursor.advance();
      } else this.#beyond = true;
      this.#walk(cursor);
      if (!this.#context.links.untouched) return this.#requests;
      this.#beyond = true;
      for (const { context, cursor: there } of this.#context.beyond(this.#host.name)) {
        this.#context = { ...context, emit: this.#context.emit };
        this.#walk(there);
      }
    } catch (error) {
      // Whatever stops the walk stops or fails the task itself when its turn comes, and is told then.
      if (!(error instanceof Error)) throw error;
      this.#host.walkedTo = this.#at;
    } finally {
      this.#foreseen.settle();
    }
    return this.#requests;
  }

  #walk(cursor: Cursor): void {
    for (let next = cursor.peek(); next; next = cursor.peek()) {
      this.#at = next;
      this.#step(next, cursor);
    }
  }

  #step(step: TaskStep, cursor: Cursor): void {
    if (isMeta(step)) {
      this.#meta(step);
      cursor.advance();
      return;
    }
    if (step.keywords.own('async') || step.keywords.inherited('debugger')) throw new Edge();
    if (isInclude(step)) {
      this.#include(step, cursor);
      return;
    }
    cursor.advance();
    const { untouched } = this.#context.links;
    if (untouched && this.#host.sentAhead.has(step)) {
      this.#foreseen.leave(step, this.#context);
      return;
    }
    const before = this.#requests.length;
    try {
      this.#task(step);
      if (untouched && this.#requests.length > before) this.#host.sentAhead.add(step);
    } catch (error) {
      if (!(error instanceof PendingTouched) || !untouched) throw error;
      this.#foreseen.pass(step, this.#context);
    }
  }

  #task(step: TaskStep): void {
    const scope = this.#scope(step, new Map());
    if (this.#isElsewhere(step, scope)) {
      // What it brings is not known yet, and what it changes may be seen from here.
      if (!this.#context.links.untouched) throw new Edge();
      this.#beyond = true;
      if (isLooped(step) || this.#mayBeWanted(step, scope)) this.#foreseen.leave(step, this.#context);
      return;
    }
    if (isLooped(step)) {
      const items = loopItems(step, this.#host.name, scope, this.#context);
      const control = loopControl(step, scope, this.#context);
      if (control.pauseMs > 0 || control.breakWhen !== undefined) throw new Edge();
      for (const index of items.keys()) this.#item(step, itemVars(items, index, control));
      this.#foreseen.leave(step, this.#context);
    } else if (this.#item(step, new Map())) this.#foreseen.leave(step, this.#context);
  }

  /** Says whether the task would run, rather than be skipped. */
  #item(step: TaskStep, overlay: Vars): boolean {
    const { module: named } = step.task;
    const scope = this.#scope(step, overlay);
    if (!this.#isWanted(step, scope, overlay.size === 0)) return false;
    const name = shortName(named.name);
    if (passes.has(name)) return true;
    const prepared = prepare(step, this.#host, scope, overlay, this.#context);
    const { module } = prepared;
    if (module.kind === 'control') {
      if (!computes.has(name)) throw new Edge();
      const result = module.run(prepared.args, prepared.context);
      const facts = result instanceof Promise ? undefined : result.get('ansible_facts');
      if (!(facts instanceof Map)) throw new Edge();
      for (const [key, value] of facts) this.#foreseen.set(asText(key), value);
      return true;
    }
    if (module.observes === 'world') throw new Edge();
    const { request } = lookOf(prepared);
    if (!request) throw new Edge();
    this.#bytes += request.script.text.text.length + (request.script.stdin?.length ?? 0);
    if (this.#requests.length >= this.#most || this.#bytes > mostBytes) throw new Edge();
    this.link ??= prepared.link;
    if (this.link !== prepared.link) throw new Edge();
    this.#requests.push(this.#beyond ? { ...request, beyond: true } : request);
    return true;
  }

  /** By its condition; what it registers otherwise is known then, unless `whole` is false: it is an item's. */
  #isWanted(step: TaskStep, scope: Scope, whole = true): boolean {
    const verdict = checkWhen(step, scope, this.#context, this.#host.name);
    const register = registerName(step);
    if (!verdict.met && register && whole) this.#foreseen.set(register, skippedResult(verdict.condition));
    if (verdict.met) this.#foreseen.forget(register);
    return verdict.met;
  }

  #mayBeWanted(step: TaskStep, scope: Scope): boolean {
    try {
      return this.#isWanted(step, scope);
    } catch (error) {
      // Its condition is not known yet, and is not this host's concern.
      if (!(error instanceof Error)) throw error;
      return true;
    }
  }

  /** It is another host's to do: once for all, or delegated. */
  #isElsewhere(step: TaskStep, scope: Scope): boolean {
    const [first] = this.#context.hosts.keys();
    return (
      (step.keywords.inherited('run_once') !== undefined && first !== this.#host.name) || this.#isDelegated(step, scope)
    );
  }

  #isDelegated(step: TaskStep, scope: Scope): boolean {
    const delegated = step.keywords.inherited('delegate_to');
    if (delegated === undefined) return false;
    try {
      return this.#context.templar.render(delegated.value, scope) !== this.#host.name;
    } catch {
      // An item's, or one that is not known yet.
      return true;
    }
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
    return this.#context.play.scope(this.#host.name, step.frame, this.#foreseen.under(overlay));
  }
}
