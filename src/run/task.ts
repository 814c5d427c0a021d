import type { Vars } from '../language/playbook.ts';
import { asText } from '../modules/coerce.ts';
import type { Change, Diff, Result } from '../modules/module.ts';
import type { Scope, Value } from '../template/values.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { checkConditions } from './conditions.ts';
import type { HostState, PlayContext } from './context.ts';
import { applyItem, applyTask } from './effects.ts';
import type { Outcome } from './events.ts';
import { type ItemOutcome, type Need, pauseFor, registerName, runItem } from './item.ts';
import { isLooped, itemVars, type LoopControl, loopControl, loopItems } from './loop.ts';
import { checkWhen } from './prepare.ts';
import {
  censored,
  failureOf,
  isChanged,
  isFailed,
  isSkipped,
  loopResult,
  skippedResult,
  withoutMessages,
} from './results.ts';
import { flagKeyword, isHidden } from './settings.ts';
import type { TaskStep } from './tree.ts';

/** How a task ended on a host; what follows for the play is the strategy's business. */
export interface TaskEnd {
  readonly status: 'ok' | 'changed' | 'skipped' | 'failed' | 'unreachable';
  readonly ignored: boolean;
  readonly result: Result;
}

/** Items that stand behind the one being run, for the look-ahead. */
export interface Progress {
  readonly step: TaskStep;
  rest: readonly Vars[];
}

const noVars: Vars = new Map();

/**
 * Runs a task on one host: its loop, its items, and what they leave behind (facts, registered result, notified handlers,
 * events). `sharers` are the hosts that a task which runs once speaks for.
 */
export function* runTask(
  step: TaskStep,
  host: HostState,
  sharers: readonly HostState[],
  progress: Progress,
  context: PlayContext,
): Generator<Need, TaskEnd, unknown> {
  const began = context.clock();
  const names = sharers.map(({ name }) => name);
  const scope = context.play.scope(host.name, step.frame);
  const ended = yield* isLooped(step)
    ? runLoop(step, host, names, scope, progress, context)
    : runSingle(step, host, names, context);
  const end = finish(step, ended, scope, context);
  if (end.status !== 'unreachable') {
    try {
      applyTask(step, end.result, sharers, context);
    } catch (error) {
      const result = failureOf(error);
      if (!result) throw error;
      const failed: Ended = { ...ended, result, diagnostics: (error as UserError).diagnostics };
      return report(step, host, failed, finish(step, failed, scope, context), began, context);
    }
  }
  return report(step, host, ended, end, began, context);
}

interface Ended {
  readonly result: Result;
  readonly changes: readonly Change[];
  readonly diff: readonly Diff[];
  readonly delegatedTo: string | undefined;
  readonly unreachable?: ItemOutcome['unreachable'];
  readonly diagnostics?: readonly Diagnostic[] | undefined;
}

function* runSingle(
  step: TaskStep,
  host: HostState,
  names: readonly string[],
  context: PlayContext,
): Generator<Need, Ended, unknown> {
  const outcome = yield* runItem(step, host, noVars, context);
  applyItem(step, outcome, names, context);
  return outcome;
}

function* runLoop(
  step: TaskStep,
  host: HostState,
  names: readonly string[],
  scope: Scope,
  progress: Progress,
  context: PlayContext,
): Generator<Need, Ended, unknown> {
  let items: Value[];
  let control: LoopControl;
  try {
    items = loopItems(step, host.name, scope, context);
    control = loopControl(step, scope, context);
  } catch (error) {
    return withoutItems(step, host, scope, error, context);
  }
  const overlays = items.map((_, index) => itemVars(items, index, control));
  const outcomes: ItemOutcome[] = [];
  for (const [index, overlay] of overlays.entries()) {
    if (index > 0 && control.pauseMs > 0) yield { kind: 'wait', promise: pauseFor(control.pauseMs, context.signal) };
    const began = context.clock();
    progress.rest = overlays.slice(index + 1);
    const outcome = yield* runItem(step, host, overlay, context);
    applyItem(step, outcome, names, context);
    for (const [name, value] of overlay) outcome.result.set(name, value);
    if (!outcome.result.has('failed') && !isSkipped(outcome.result)) outcome.result.set('failed', false);
    outcomes.push(outcome);
    const last = !outcome.unreachable && breaks(step, host, outcome, overlay, control, context);
    reportItem(step, host, outcome, overlay, control, context.clock() - began, context);
    if (outcome.unreachable || last) break;
  }
  progress.rest = [];
  const lost = outcomes.find((outcome) => outcome.unreachable);
  return {
    result: lost ? lost.result : loopResult(outcomes.map(({ result }) => result)),
    changes: outcomes.flatMap(({ changes }) => changes),
    diff: outcomes.flatMap(({ diff }) => diff),
    delegatedTo: outcomes[0]?.delegatedTo,
    unreachable: lost?.unreachable,
    diagnostics: outcomes.flatMap(({ diagnostics }) => diagnostics ?? []),
  };
}

/** Items that can't be told are no error where the task's condition, which needs none of them, is false. */
const withoutItems = (step: TaskStep, host: HostState, scope: Scope, error: unknown, context: PlayContext): Ended => {
  const ended = (result: Result, diagnostics?: readonly Diagnostic[]): Ended => ({
    result,
    changes: [],
    diff: [],
    delegatedTo: undefined,
    diagnostics,
  });
  try {
    const verdict = checkWhen(step, scope, context, host.name);
    if (!verdict.met) return ended(skippedResult(verdict.condition));
  } catch (other) {
    if (!(other instanceof UserError)) throw other;
  }
  const result = failureOf(error);
  if (!result) throw error;
  return ended(result, (error as UserError).diagnostics);
};

const breaks = (
  step: TaskStep,
  host: HostState,
  outcome: ItemOutcome,
  overlay: Vars,
  control: LoopControl,
  context: PlayContext,
): boolean => {
  if (control.breakWhen === undefined) return false;
  const field = step.keywords.own('loop_control');
  if (!field) return false;
  const name = registerName(step);
  const vars = name ? new Map([...overlay, [name, outcome.result] as const]) : overlay;
  const scope = context.play.scope(host.name, step.frame, vars);
  const { met } = checkConditions([{ ...field, value: control.breakWhen }], scope, context.templar, (diagnostic) =>
    context.emit({ type: 'warning', diagnostic, host: host.name }),
  );
  outcome.result.set('break_when_result', met);
  return met;
};

const finish = (step: TaskStep, ended: Ended, scope: Scope, context: PlayContext): TaskEnd => {
  const { result } = ended;
  if (ended.unreachable) {
    return { status: 'unreachable', ignored: safeFlag(step, 'ignore_unreachable', scope, context), result };
  }
  if (isFailed(result)) return { status: 'failed', ignored: safeFlag(step, 'ignore_errors', scope, context), result };
  const status = isSkipped(result) ? 'skipped' : isChanged(result) ? 'changed' : 'ok';
  return { status, ignored: false, result };
};

const safeFlag = (step: TaskStep, name: string, scope: Scope, context: PlayContext): boolean => {
  try {
    return flagKeyword(step, name, scope, context, false);
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
};

const report = (
  step: TaskStep,
  host: HostState,
  ended: Ended,
  end: TaskEnd,
  began: number,
  context: PlayContext,
): TaskEnd => {
  if (ended.unreachable) {
    context.emit({
      type: 'unreachable',
      task: step.name,
      host: host.name,
      message: ended.unreachable.message,
      hint: ended.unreachable.hint,
      ignored: end.ignored,
    });
    return end;
  }
  context.emit({
    type: 'task-result',
    ...outcomeOf(step, host, ended, end, context),
    looped: isLooped(step),
    durationMs: context.clock() - began,
  });
  return end;
};

const reportItem = (
  step: TaskStep,
  host: HostState,
  outcome: ItemOutcome,
  overlay: Vars,
  control: LoopControl,
  durationMs: number,
  context: PlayContext,
): void => {
  if (outcome.unreachable) return;
  const scope = context.play.scope(host.name, step.frame, overlay);
  const end = finish(step, outcome, scope, context);
  const item = overlay.get(control.loopVar) ?? null;
  const hidden = isHidden(step, scope, context);
  context.emit({
    type: 'item-result',
    ...outcomeOf(step, host, outcome, end, context),
    item: hidden ? '(censored due to no_log)' : item,
    label: hidden ? '(censored due to no_log)' : labelOf(item, control, scope, context),
    durationMs,
  });
};

const labelOf = (item: Value, control: LoopControl, scope: Scope, context: PlayContext): string => {
  try {
    return asText(control.label === undefined ? item : context.templar.render(control.label, scope));
  } catch (error) {
    if (error instanceof UserError) return asText(item);
    throw error;
  }
};

const outcomeOf = (
  step: TaskStep,
  host: HostState,
  ended: Ended,
  end: TaskEnd,
  context: PlayContext,
): Omit<Outcome, 'durationMs'> => {
  const hidden = isHidden(step, context.play.scope(host.name, step.frame), context);
  return {
    task: step.name,
    host: host.name,
    delegatedTo: ended.delegatedTo,
    status: end.status === 'unreachable' ? 'failed' : end.status,
    ignored: end.ignored,
    rescued: end.status === 'failed' && !end.ignored && host.cursor.rescuable,
    result: hidden ? censored(end.result) : withoutMessages(end.result),
    changes: hidden ? [] : ended.changes,
    diff: hidden ? [] : ended.diff,
    diagnostics: hidden ? [] : (ended.diagnostics ?? []),
  };
};
