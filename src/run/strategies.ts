import { Template } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { shortName } from './compile.ts';
import type { HostState, PlayContext } from './context.ts';
import { useWait } from './drive.ts';
import { Limit } from './limit.ts';
import { isMeta, speaksForAll } from './meta.ts';
import { flagKeyword, numberKeyword } from './settings.ts';
import type { TaskEnd } from './task.ts';
import { compareOrder, type TaskStep } from './tree.ts';
import { failHost, takeTurn } from './turn.ts';

/** How the hosts of a batch go through the play. */
export type Strategy = (context: PlayContext, options: StrategyOptions) => Promise<void>;

export interface StrategyOptions {
  readonly forks: number;
  /** More failed hosts than this, in percent of the batch, end the play. */
  readonly maxFailPercentage: number | undefined;
}

/** All hosts do a task before any does the next one: those go first that are furthest behind. */
const linear: Strategy = async (context, options) => {
  const all = [...context.hosts.values()];
  for (;;) {
    context.signal.throwIfAborted();
    const behind = furthestBehind(all);
    const [first] = behind;
    const step = first?.cursor.peek();
    if (!first || !step) return;
    const failed = await runTogether(step, behind, context);
    if (failed.length > 0) spread(step, all, context, options);
  }
};

const furthestBehind = (all: readonly HostState[]): HostState[] => {
  let group: HostState[] = [];
  let first: TaskStep | undefined;
  for (const host of all) {
    const step = host.status === 'active' ? host.cursor.peek() : undefined;
    if (!step) continue;
    // Handlers stand at the place where they were asked for, so equal steps are not always equal places.
    const order = first ? compareOrder(host.cursor.position(), (group[0] as HostState).cursor.position()) : -1;
    if (order < 0) [group, first] = [[host], step];
    else if (order === 0) group.push(host);
  }
  return group;
};

const runTogether = async (
  step: TaskStep,
  group: readonly HostState[],
  context: PlayContext,
): Promise<readonly HostState[]> => {
  const [first] = group as [HostState, ...HostState[]];
  const meta = isMeta(step);
  const once = meta ? speaksForAll(step) : runsOnce(step, first, context);
  if (!meta) begin(step, once ? [first] : group, context);
  if (once) {
    const end = takeTurn(step, first, meta ? [first] : group, context);
    const others = group.filter((host) => host !== first);
    const settled = end instanceof Promise ? await meanwhile(end, others, context) : end;
    return isLost(settled) ? [first] : [];
  }
  const turn = throttled(step, first, context);
  const failed: HostState[] = [];
  const done: HostState[] = [];
  const waiting: Promise<unknown>[] = [];
  for (const host of group) {
    const end = turn(() => takeTurn(step, host, [host], context));
    if (end instanceof Promise) waiting.push(end.then((later) => isLost(later) && failed.push(host)));
    else if (isLost(end)) failed.push(host);
    else done.push(host);
  }
  if (waiting.length > 0) {
    const settled = await meanwhile(Promise.allSettled(waiting), done, context);
    const thrown = settled.find((each) => each.status === 'rejected');
    if (thrown) throw thrown.reason;
  }
  return failed;
};

/** Waits, while the hosts that have nothing to do look ahead. */
const meanwhile = async <T>(ended: Promise<T>, idle: readonly HostState[], context: PlayContext): Promise<T> => {
  let waiting = true;
  useWait(idle, () => waiting, context);
  try {
    return await ended;
  } finally {
    waiting = false;
  }
};

/** A failure that concerns more than its own host. */
const spread = (step: TaskStep, all: readonly HostState[], context: PlayContext, options: StrategyOptions): void => {
  const active = all.filter((host) => host.status === 'active');
  const [first] = all;
  if (first && flagKeyword(step, 'any_errors_fatal', context.play.scope(first.name, step.frame), context, false)) {
    for (const host of active) if (host.cursor.peek() === step || !host.cursor.inRescue) failHost(host, context);
    return;
  }
  const lost = all.filter((host) => host.status === 'failed' || host.status === 'unreachable');
  const { maxFailPercentage } = options;
  if (maxFailPercentage !== undefined && (lost.length / all.length) * 100 > maxFailPercentage) {
    for (const host of active) {
      host.cursor.end();
      host.status = 'failed';
      context.failed.add(host.name);
    }
  }
};

/** Every host goes as fast as it can. */
const free: Strategy = async (context, options) => {
  const all = [...context.hosts.values()];
  const settled = await Promise.allSettled(all.map((host) => goAlone(host, all, context, options)));
  const thrown = settled.find((each) => each.status === 'rejected');
  if (thrown) throw thrown.reason;
};

/** As free, but a host that has begun is finished before another begins. */
const host_pinned: Strategy = async (context, options) => {
  const all = [...context.hosts.values()];
  const limit = new Limit(options.forks);
  const settled = await Promise.allSettled(all.map((host) => limit.run(() => goAlone(host, all, context, options))));
  const thrown = settled.find((each) => each.status === 'rejected');
  if (thrown) throw thrown.reason;
};

const goAlone = async (
  host: HostState,
  all: readonly HostState[],
  context: PlayContext,
  options: StrategyOptions,
): Promise<void> => {
  for (let step = host.cursor.peek(); step && host.status === 'active'; step = host.cursor.peek()) {
    context.signal.throwIfAborted();
    if (!isMeta(step)) begin(step, [host], context);
    const turn = throttled(step, host, context);
    const end = await turn(() => takeTurn(step as TaskStep, host, [host], context));
    if (isLost(end)) spread(step, all, context, options);
  }
};

const strategies: Readonly<Record<string, Strategy>> = { linear, free, host_pinned };

/** The strategy of that name. Throws a UserError that lists those there are. */
export const strategyNamed = (name: string): Strategy => {
  const found = strategies[name.replace(/^ansible\.builtin\./, '')];
  if (found) return found;
  throw new UserError({
    severity: 'error',
    message: `there is no strategy '${name}'`,
    hint: `there are ${Object.keys(strategies).join(', ')}`,
  });
};

const isLost = (end: TaskEnd | undefined): boolean =>
  end !== undefined && (end.status === 'failed' || end.status === 'unreachable') && !end.ignored;

const begin = (step: TaskStep, hosts: readonly HostState[], context: PlayContext): void => {
  const [first] = hosts;
  if (first && step.keywords.own('name')?.value instanceof Template) nameFor(step, first, context);
  context.emit({ type: 'task-start', task: step.name, hosts: hosts.map(({ name }) => name) });
};

/** A name with variables reads as it does for the first host. */
const nameFor = (step: TaskStep, host: HostState, context: PlayContext): void => {
  try {
    const scope = context.play.scope(host.name, step.frame);
    const name = String(context.templar.render(step.keywords.own('name')?.value ?? null, scope));
    step.name = { ...step.name, name, title: step.role ? `${step.role.name} : ${name}` : name };
  } catch (error) {
    // Such as the variables of a loop: the name stays as it is written.
    if (!(error instanceof UserError)) throw error;
  }
};

/** What these do is not about a host: the first one speaks for all, as in ansible-core. */
const oncePerBatch = new Set(['add_host', 'pause']);

const runsOnce = (step: TaskStep, first: HostState, context: PlayContext): boolean => {
  if (oncePerBatch.has(shortName(step.task.module.name))) return true;
  if (!step.keywords.inherited('run_once')) return false;
  return flagKeyword(step, 'run_once', context.play.scope(first.name, step.frame), context, false);
};

type Turn = (work: () => TaskEnd | undefined | Promise<TaskEnd | undefined>) => ReturnType<typeof work>;

/** `throttle`: so many hosts at a time. One limit for a task, whichever hosts come to it and when. */
const throttled = (step: TaskStep, first: HostState, context: PlayContext): Turn => {
  if (!step.keywords.inherited('throttle')) return (work) => work();
  const size = numberKeyword(step, 'throttle', context.play.scope(first.name, step.frame), context) ?? 0;
  if (size < 1) return (work) => work();
  let limit = limits.get(step);
  if (!limit) {
    limit = new Limit(size);
    limits.set(step, limit);
  }
  return (work) => (limit as Limit).run(async () => work());
};

const limits = new WeakMap<TaskStep, Limit>();
