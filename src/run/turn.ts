import type { Vars } from '../language/playbook.ts';
import { asText } from '../modules/coerce.ts';
import type { Result } from '../modules/module.ts';
import type { Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { argsOf } from './compile.ts';
import type { HostState, PlayContext } from './context.ts';
import { drive } from './drive.ts';
import { isInclude, NotIncluded, rankInclusion, resolveInclude } from './includes.ts';
import { registerName } from './item.ts';
import { isLooped, itemVars, loopControl, loopItems } from './loop.ts';
import { isMeta, runMeta } from './meta.ts';
import { checkWhen } from './prepare.ts';
import { failureOf, loopResult, resultOf, skippedResult } from './results.ts';
import { runTask, type TaskEnd } from './task.ts';
import type { Step, TaskStep } from './tree.ts';

/**
 * A host's turn at the task where its cursor stands: runs it and moves the cursor on. `sharers` are the hosts that a task
 * which runs once speaks for; they all move. Waits only where a host must be asked. Says how the task ended.
 */
export const takeTurn = (
  step: TaskStep,
  host: HostState,
  sharers: readonly HostState[],
  context: PlayContext,
): TaskEnd | undefined | Promise<TaskEnd | undefined> => {
  if (isMeta(step)) return takeMeta(step, host, context);
  if (isInclude(step)) return takeInclude(step, host, context);
  const progress = { step, rest: [] };
  const end = drive(runTask(step, host, sharers, progress, context), host, progress, context);
  if (!(end instanceof Promise)) return settle(step, host, sharers, end, context);
  context.emit({ type: 'host-start', task: step.name, host: host.name });
  return end.then((later) => settle(step, host, sharers, later, context));
};

/** Moves the cursors as the end of the task demands. */
const settle = (
  step: TaskStep,
  host: HostState,
  sharers: readonly HostState[],
  end: TaskEnd,
  context: PlayContext,
): TaskEnd => {
  const brings = end.status !== 'skipped' && (registerName(step) !== '' || end.result.has('ansible_facts'));
  for (const each of sharers) {
    if (brings || each.walkedTo === step) each.walkedTo = undefined;
    if (step.name.handler) each.notified.delete(step);
    if (end.status !== 'skipped') step.role?.ran.add(each.name);
  }
  if (end.status === 'unreachable' && !end.ignored) {
    host.status = 'unreachable';
    host.cursor.end();
    context.unreachable.add(host.name);
    for (const each of sharers) if (each !== host) each.cursor.advance();
  } else if (end.status === 'failed' && !end.ignored) {
    for (const each of sharers) fail(step, each, end, context);
  } else for (const each of sharers) each.cursor.advance();
  return end;
};

/** The host goes on in the nearest rescue or always, which sees the failed task, or is out of the play. */
const fail = (step: TaskStep, host: HostState, end: TaskEnd, context: PlayContext): void => {
  if (host.cursor.rescuable) {
    context.variables.setFact(host.name, 'ansible_failed_task', describe(step));
    context.variables.setFact(host.name, 'ansible_failed_result', end.result);
  }
  failHost(host, context);
};

/** A failure that is not this host's own task: `any_errors_fatal`, a task that ran once for all. */
export const failHost = (host: HostState, context: PlayContext): void => {
  host.cursor.fail();
  if (!host.cursor.failed) return;
  host.status = 'failed';
  context.failed.add(host.name);
};

const describe = (step: TaskStep): Value =>
  resultOf({
    name: step.name.name,
    action: step.task.module.name,
    args: new Map(argsOf(step.task)) as Value,
    role: step.name.role ?? null,
  });

const takeMeta = async (step: TaskStep, host: HostState, context: PlayContext): Promise<TaskEnd | undefined> => {
  try {
    await runMeta(step, host, context);
    return undefined;
  } catch (error) {
    return failInclude(step, host, error, context);
  }
};

const takeInclude = (step: TaskStep, host: HostState, context: PlayContext): TaskEnd | undefined => {
  const looped = isLooped(step);
  const results: Result[] = [];
  let current: Vars = new Map();
  try {
    const steps: Step[] = [];
    let ran = false;
    for (const overlay of overlaysOf(step, host, context)) {
      current = overlay;
      const scope = context.play.scope(host.name, step.frame, overlay);
      const verdict = checkWhen(step, scope, context, host.name);
      if (!verdict.met) {
        results.push(new Map([...skippedResult(verdict.condition), ...overlay]));
        if (overlay.size > 0) tellSkippedItem(step, host, results.at(-1) as Result, overlay, context);
        continue;
      }
      ran = true;
      const included = resolveInclude(step, overlay, scope, context);
      rankInclusion(step, included);
      steps.push(...included.steps);
      results.push(new Map<Value, Value>([['changed', false], ['include', included.what], ...overlay]));
      context.emit({ type: 'include', task: step.name, file: included.what, hosts: [host.name] });
    }
    if (step.name.handler) host.notified.delete(step);
    if (ran) step.role?.ran.add(host.name);
    host.cursor.advance();
    host.cursor.enter(steps);
    const whole = looped && (results.length !== 1 || current.size > 0) ? loopResult(results) : (results[0] as Result);
    const register = step.keywords.own('register')?.value;
    if (typeof register === 'string') context.variables.register(host.name, register, whole);
    return ran ? undefined : skip(step, host, whole, context);
  } catch (error) {
    return failInclude(step, host, error, context, current.size > 0 ? [...results, current] : undefined);
  }
};

/** An item's variables; none where there are no items, or where the condition is false whatever they are. */
const overlaysOf = (step: TaskStep, host: HostState, context: PlayContext): readonly Vars[] => {
  if (!isLooped(step)) return [new Map()];
  const scope = context.play.scope(host.name, step.frame);
  try {
    const items = loopItems(step, host.name, scope, context);
    const control = loopControl(step, scope, context);
    return items.map((_, index) => itemVars(items, index, control));
  } catch (error) {
    // Items that can't be told do not matter where the condition is false without them.
    if (error instanceof UserError && !checkWhen(step, scope, context, host.name).met) return [new Map()];
    throw error;
  }
};

/** What a task that is no module's tells. */
const toldOf = (step: TaskStep, host: HostState, result: Result) => ({
  task: step.name,
  host: host.name,
  delegatedTo: undefined,
  ignored: false,
  result,
  changes: [],
  diff: [],
  durationMs: 0,
});

const tellSkippedItem = (
  step: TaskStep,
  host: HostState,
  result: Result,
  overlay: Vars,
  context: PlayContext,
): void => {
  const item = overlay.get(asText(overlay.get('ansible_loop_var') ?? 'item')) ?? null;
  const told = { ...toldOf(step, host, result), status: 'skipped' as const, rescued: false, diagnostics: [] };
  context.emit({ type: 'item-result', ...told, item, label: asText(item) });
};

const skip = (step: TaskStep, host: HostState, result: Result, context: PlayContext): TaskEnd => {
  const told = { ...toldOf(step, host, result), status: 'skipped' as const, rescued: false, diagnostics: [] };
  context.emit({ type: 'task-result', ...told, looped: isLooped(step) });
  return { status: 'skipped', ignored: false, result };
};

/** An include or meta that can't be done fails its task like any other. `items`: what a loop came to, the failed one last. */
const failInclude = (
  step: TaskStep,
  host: HostState,
  error: unknown,
  context: PlayContext,
  items?: readonly ReadonlyMap<Value, Value>[],
): TaskEnd => {
  const failure = failureOf(error);
  if (!failure) throw error;
  const result = items
    ? new Map<Value, Value>([...failure, ['results', items.map((item) => new Map([['changed', false], ...item]))]])
    : failure;
  // As in ansible-core, `ignore_errors` is for tasks, not for the want of them.
  const end: TaskEnd = { status: 'failed', ignored: false, result };
  context.emit({
    type: 'task-result',
    ...toldOf(step, host, result),
    status: 'failed',
    rescued: host.cursor.rescuable && !(error instanceof NotIncluded),
    diagnostics: error instanceof UserError ? error.diagnostics : [],
    looped: items !== undefined,
  });
  return settle(step, host, [host], end, context);
};
