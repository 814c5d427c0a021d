import type { Field, Vars } from '../language/playbook.ts';
import type { Apply, Change, ControlModule, Diff, HostModule, Plan, Result } from '../modules/module.ts';
import type { Dict, Scope, Value } from '../template/values.ts';
import type { Identity, Reply, Script } from '../transport/transport.ts';
import { decode } from '../util/bytes.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { UserError } from '../util/diagnostic.ts';
import { startJob } from './async.ts';
import { checkConditions } from './conditions.ts';
import type { HostState, PlayContext } from './context.ts';
import type { Link } from './link.ts';
import type { LookRequest } from './machine.ts';
import { type Heard, hear } from './output.ts';
import { checkWhen, lookOf, type Prepared, prepare, scriptFor } from './prepare.ts';
import { completeResult, failureOf, isFailed, isSkipped, resultOf, skippedResult } from './results.ts';
import { numberKeyword } from './settings.ts';
import type { TaskStep } from './tree.ts';

/** What a task needs from outside before it can go on; `drive.ts` answers it. */
export type Need =
  | { readonly kind: 'look'; readonly link: Link; readonly request: LookRequest; readonly fresh: boolean }
  | {
      readonly kind: 'apply';
      readonly link: Link;
      readonly identity: Identity;
      readonly script: Script;
      readonly changesUsers: boolean;
    }
  | { readonly kind: 'wait'; readonly promise: Promise<unknown> };

/** How one item of a task ended on one host. */
export interface ItemOutcome {
  readonly result: Result;
  readonly changes: readonly Change[];
  readonly diff: readonly Diff[];
  readonly delegatedTo: string | undefined;
  readonly unreachable?: { readonly message: string; readonly hint: string | undefined } | undefined;
  readonly diagnostics?: readonly Diagnostic[] | undefined;
}

/** Makes what a script prints while it runs be told. */
type Listen = (script: Script, progress: Apply['progress']) => Heard;

/**
 * Runs one item: condition, module, `changed_when`, `failed_when`, `until`. A state machine that touches nothing itself: it
 * yields what it needs and is resumed with the answer, so that a task whose look is already here takes no turn of the
 * event loop.
 */
export function* runItem(
  step: TaskStep,
  host: HostState,
  overlay: Vars,
  context: PlayContext,
): Generator<Need, ItemOutcome, unknown> {
  let prepared: Prepared | undefined;
  try {
    const scope = context.play.scope(host.name, step.frame, overlay);
    const verdict = checkWhen(step, scope, context, host.name);
    if (!verdict.met) return plainOutcome(skippedResult(verdict.condition));
    prepared = prepare(step, host, scope, overlay, context);
    return yield* runAttempts(step, host, scope, overlay, prepared, context);
  } catch (error) {
    return thrownOutcome(error, prepared?.delegatedTo, context.signal);
  }
}

function* runAttempts(
  step: TaskStep,
  host: HostState,
  scope: Scope,
  overlay: Vars,
  prepared: Prepared,
  context: PlayContext,
): Generator<Need, ItemOutcome, unknown> {
  const until = step.keywords.own('until');
  const retries = numberKeyword(step, 'retries', scope, context);
  const attempts = until || retries !== undefined ? Math.max(1, (retries ?? 3) + 1) : 1;
  const register = registerName(step);
  for (let attempt = 1; ; attempt++) {
    const ran = yield* runOnce(prepared, attempt > 1, (script, progress) =>
      hear(script, progress, step, host, scope, context),
    );
    const result = ran.result;
    if (ran.unreachable) return ran;
    const seen = (): Scope =>
      context.play.scope(host.name, step.frame, new Map([...overlay, ...factsOf(result), [register, result]]));
    if (!isSkipped(result)) applyVerdicts(step, result, seen, context, host.name);
    if (attempts === 1) return ran;
    result.set('attempts', attempt);
    const done = until
      ? checkConditions([until], seen(), context.templar, warner(context, host.name)).met
      : !isFailed(result);
    if (done) return ran;
    if (attempt === attempts) {
      result.set('attempts', attempt - 1);
      result.set('failed', true);
      return ran;
    }
    context.emit({ type: 'retry', task: step.name, host: host.name, left: attempts - attempt, result });
    const delay = numberKeyword(step, 'delay', scope, context) ?? 5;
    yield { kind: 'wait', promise: pauseFor(delay * 1000, context.signal) };
  }
}

/** `changed_when` and `failed_when` have the last word on a result. */
const applyVerdicts = (step: TaskStep, result: Dict, seen: () => Scope, context: PlayContext, host: string): void => {
  for (const [name, key] of [
    ['changed_when', 'changed'],
    ['failed_when', 'failed'],
  ] as const) {
    const field = step.keywords.own(name);
    if (!field) continue;
    try {
      const { met } = checkConditions([field], seen(), context.templar, warner(context, host));
      result.set(key, met);
      result.set(`${name}_result`, met);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      result.set('failed', true);
      const why = error.diagnostics[0]?.message ?? error.message;
      result.set(`${name}_result`, `Error while evaluating conditional: ${why}`);
      result.set('msg', failureOf(error)?.get('msg') ?? why);
    }
  }
};

function* runOnce(
  prepared: Prepared,
  again: boolean,
  listen: Listen,
): Generator<Need, ItemOutcome & { result: Result }, unknown> {
  try {
    return prepared.module.kind === 'control'
      ? yield* runControl(prepared, prepared.module)
      : yield* runOnHost(prepared, prepared.module, again, listen);
  } catch (error) {
    return thrownOutcome(error, prepared.delegatedTo, prepared.context.signal);
  }
}

function* runControl(prepared: Prepared, module: ControlModule): Generator<Need, ItemOutcome, unknown> {
  const answer = module.run(prepared.args, prepared.context);
  const result = answer instanceof Promise ? ((yield { kind: 'wait', promise: answer }) as Result) : answer;
  return { ...plainOutcome(completeResult(result, false)), delegatedTo: prepared.delegatedTo };
}

function* runOnHost(
  prepared: Prepared,
  module: HostModule,
  again: boolean,
  listen: Listen,
): Generator<Need, ItemOutcome, unknown> {
  const { context, link } = prepared;
  const { wanted, look, request } = lookOf(prepared);
  let found: unknown;
  if (look && request) {
    const fresh = again || module.observes === 'world';
    const reply = (yield { kind: 'look', link, request, fresh }) as Reply;
    failIfTimedOut(reply, prepared);
    found = look.parse(reply);
  }
  const plan = module.plan(wanted, found, context);
  const outcome = (result: Result): ItemOutcome => ({
    result: withWarnings(result, plan.warnings),
    changes: plan.changes,
    diff: prepared.diffMode ? (plan.diff ?? []) : [],
    delegatedTo: prepared.delegatedTo,
  });
  if (plan.outcome === 'nothing' || plan.outcome === 'skip') return outcome(completeResult(plan.result, false));
  if (prepared.checkMode) return outcome(checkModeResult(plan, module));
  let next: Result | Apply = module.apply?.(wanted, found, plan, context) ?? new Map(plan.result);
  if (prepared.background !== undefined && !(next instanceof Map)) next = startJob(next, prepared.background);
  while (!(next instanceof Map)) {
    const heard = listen(scriptFor(prepared, next.script), next.progress);
    const reply = (yield {
      kind: 'apply',
      link,
      identity: prepared.identity,
      script: heard.script,
      changesUsers: module.changesUsers === true,
    }) as Reply;
    heard.flush();
    failIfTimedOut(reply, prepared);
    const finished: Result | Apply | Promise<Result | Apply> = next.finish(reply);
    next = finished instanceof Promise ? ((yield { kind: 'wait', promise: finished }) as Result | Apply) : finished;
  }
  return outcome(completeResult(next, plan.outcome === 'change'));
}

/** In check mode a change is told and not made; what must run to know is skipped. */
const checkModeResult = (plan: Plan, module: HostModule): Result => {
  const result = new Map(plan.result);
  if (plan.outcome === 'change') {
    if (!result.has('changed')) result.set('changed', true);
  } else if (!result.has('skipped') && !result.has('changed')) {
    result.set('skipped', true);
    if (!result.has('msg')) result.set('msg', `${module.name} does not say what it would do in check mode`);
  }
  return completeResult(result, false);
};

const failIfTimedOut = (reply: Reply, prepared: Prepared): void => {
  if (!reply.timedOut) return;
  const seconds = (prepared.timeoutMs ?? reply.durationMs) / 1000;
  const error = new Error(`Timed out after ${seconds} second(s).`);
  throw Object.assign(error, {
    name: 'ModuleFailure',
    fields: new Map<string, Value>([
      ['timedout', resultOf({ period: seconds })],
      ['stdout', decode(reply.stdout)],
      ['stderr', decode(reply.stderr)],
    ]),
  });
};

const thrownOutcome = (error: unknown, delegatedTo: string | undefined, signal: AbortSignal): ItemOutcome => {
  // A task that was ended from outside has not failed: the run is over.
  if (signal.aborted) throw signal.reason;
  const { name, message, stack } = error as Error;
  if (name === 'ConnectionError' || name === 'ConnectionLost') {
    const hint = (error as { hint?: string }).hint;
    const result = resultOf({ changed: false, unreachable: true, msg: hint ? `${message}; ${hint}` : message });
    return { ...plainOutcome(result), delegatedTo, unreachable: { message, hint } };
  }
  const failed = failureOf(error);
  const result = failed ?? resultOf({ changed: false, failed: true, msg: message, exception: stack ?? message });
  return {
    ...plainOutcome(result),
    delegatedTo,
    diagnostics: error instanceof UserError ? error.diagnostics : undefined,
  };
};

const plainOutcome = (result: Result): ItemOutcome => ({ result, changes: [], diff: [], delegatedTo: undefined });

const withWarnings = (result: Result, warnings: readonly string[] | undefined): Result =>
  warnings?.length ? new Map<Value, Value>([...result, ['warnings', [...warnings]]]) : result;

const warner = (context: PlayContext, host: string) => (diagnostic: Diagnostic) =>
  context.emit({ type: 'warning', diagnostic, host });

/** Facts in a result are seen by the task's own conditions, under their names. */
const factsOf = (result: Dict): Iterable<readonly [string, Value]> => {
  const facts = result.get('ansible_facts');
  return facts instanceof Map ? (facts as Map<string, Value>) : [];
};

export const registerName = (step: TaskStep): string => {
  const field: Field | undefined = step.keywords.own('register');
  return typeof field?.value === 'string' ? field.value : '';
};

/** Rejects with the signal's reason when it is aborted. */
export const pauseFor = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
