import type { Vars } from '../language/playbook.ts';
import type { Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { argsOf } from './compile.ts';
import type { HostState, PlayContext } from './context.ts';
import { drive } from './drive.ts';
import { isInclude, rankInclusion, resolveInclude } from './includes.ts';
import { isLooped, itemVars, loopControl, loopItems } from './loop.ts';
import { isMeta, runMeta } from './meta.ts';
import { checkWhen } from './prepare.ts';
import { failureOf, resultOf, skippedResult } from './results.ts';
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
  if (step.name.handler) for (const each of sharers) each.notified.delete(step);
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
  try {
    const steps: Step[] = [];
    let ran = false;
    let condition: Value = null;
    for (const overlay of overlaysOf(step, host, context)) {
      const scope = context.play.scope(host.name, step.frame, overlay);
      const verdict = checkWhen(step, scope, context, host.name);
      if (!verdict.met) {
        condition = verdict.condition;
        continue;
      }
      ran = true;
      const included = resolveInclude(step, overlay, scope, context);
      rankInclusion(step, included);
      steps.push(...included.steps);
      context.emit({ type: 'include', task: step.name, file: included.what, hosts: [host.name] });
    }
    if (step.name.handler) host.notified.delete(step);
    host.cursor.advance();
    host.cursor.enter(steps);
    return ran ? undefined : skip(step, host, condition, context);
  } catch (error) {
    return failInclude(step, host, error, context);
  }
};

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

const skip = (step: TaskStep, host: HostState, condition: Value, context: PlayContext): TaskEnd => {
  const result = skippedResult(condition);
  const register = step.keywords.own('register')?.value;
  if (typeof register === 'string') context.variables.register(host.name, register, result);
  context.emit({
    type: 'task-result',
    task: step.name,
    host: host.name,
    delegatedTo: undefined,
    status: 'skipped',
    ignored: false,
    rescued: false,
    result,
    changes: [],
    diff: [],
    diagnostics: [],
    looped: false,
    durationMs: 0,
  });
  return { status: 'skipped', ignored: false, result };
};

/** An include or meta that can't be done fails its task like any other. */
const failInclude = (step: TaskStep, host: HostState, error: unknown, context: PlayContext): TaskEnd => {
  const result = failureOf(error);
  if (!result) throw error;
  // As in ansible-core, `ignore_errors` is for tasks, not for the want of them.
  const end: TaskEnd = { status: 'failed', ignored: false, result };
  context.emit({
    type: 'task-result',
    task: step.name,
    host: host.name,
    delegatedTo: undefined,
    status: 'failed',
    ignored: false,
    rescued: host.cursor.rescuable,
    result,
    changes: [],
    diff: [],
    diagnostics: error instanceof UserError ? error.diagnostics : [],
    looped: false,
    durationMs: 0,
  });
  return settle(step, host, [host], end, context);
};
