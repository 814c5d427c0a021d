import type { Reply } from '../transport/transport.ts';
import type { HostState, PlayContext } from './context.ts';
import type { Need } from './item.ts';
import { lookAhead, lookAheadIdly } from './look-ahead.ts';
import type { Progress } from './task.ts';

/** How many looks may be sent ahead while nothing changes, and when everything does. */
export const widestWindow = 256;
const narrowestWindow = 8;

/**
 * Runs a task's state machine: answers what it needs from what was seen ahead, or asks the host, sending along the looks of
 * what comes next. Synchronous as long as nothing must be waited for.
 */
export const drive = <T>(
  machine: Generator<Need, T, unknown>,
  host: HostState,
  progress: Progress,
  context: PlayContext,
): T | Promise<T> => {
  let step = machine.next();
  while (!step.done) {
    const answer = answerNow(step.value, host);
    if (answer === undefined) return driveOn(machine, step.value, host, progress, context);
    step = machine.next(answer);
  }
  return step.value;
};

const driveOn = async <T>(
  machine: Generator<Need, T, unknown>,
  first: Need,
  host: HostState,
  progress: Progress,
  context: PlayContext,
): Promise<T> => {
  let need = first;
  for (;;) {
    let step: IteratorResult<Need, T>;
    try {
      const answer = answerNow(need, host) ?? (await answerLater(need, host, progress, context));
      step = machine.next(answer);
    } catch (error) {
      step = machine.throw(error);
    }
    if (step.done) return step.value;
    need = step.value;
  }
};

const answerNow = (need: Need, host: HostState): Reply | undefined => {
  if (need.kind !== 'look' || need.fresh) return undefined;
  const reply = need.link.take(need.request);
  if (reply) host.hits++;
  return reply;
};

const answerLater = (need: Need, host: HostState, progress: Progress, context: PlayContext): Promise<unknown> => {
  const ahead = (most: number) => lookAhead(host, progress, Math.min(most, host.window), context);
  switch (need.kind) {
    case 'wait':
      return need.promise;
    case 'look': {
      const { prefetched } = need.link;
      if (prefetched && !need.fresh)
        return prefetched.then(() => answerNow(need, host) ?? answerLater(need, host, progress, context));
      // It was sent ahead, and was another look or is too old: so may those behind it be.
      if (host.sentAhead.has(progress.step)) host.sentAhead.clear();
      // Whatever was sent ahead turned out to be as wanted: nothing speaks for small steps.
      if (host.hits > 0) host.window = widestWindow;
      host.hits = 0;
      return need.link.look(need.request, ahead, context.signal);
    }
    case 'apply':
      host.window = host.hits < 2 ? Math.max(narrowestWindow, host.window >> 1) : widestWindow;
      host.hits = 0;
      return need.link.apply(need.identity, need.script, ahead, context.signal, {
        changesUsers: need.changesUsers,
      });
  }
};

/**
 * Lets hosts that wait for others look ahead meanwhile, as long as nothing has been changed in the run: what they see would
 * be asked for next. `waiting` says whether there is still something to wait for.
 */
export const useWait = (hosts: readonly HostState[], waiting: () => boolean, context: PlayContext): void => {
  const idle = hosts.filter((host) => host.walkedTo === undefined);
  if (idle.length === 0 || !context.settings.lookAhead || !context.links.untouched) return;
  // The others' messages go out first.
  setImmediate(() => {
    for (const host of idle) {
      if (!waiting() || !context.links.untouched) return;
      if (host.status !== 'active') continue;
      const next = lookAheadIdly(host, host.window, context);
      next?.link.prefetch(next.requests, context.signal);
    }
  });
};
