import { asText } from '../modules/coerce.ts';
import { UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import { argsOf, shortName } from './compile.ts';
import type { HostState, PlayContext } from './context.ts';
import { targetFor } from './delegation.ts';
import { takeNotifications } from './handlers.ts';
import { checkWhen } from './prepare.ts';
import type { TaskStep } from './tree.ts';

/** What `meta` can do, and whether the first host speaks for all. */
const actions = {
  noop: 'each',
  flush_handlers: 'each',
  clear_facts: 'each',
  end_host: 'each',
  end_role: 'each',
  reset_connection: 'each',
  role_complete: 'each',
  clear_host_errors: 'once',
  end_batch: 'once',
  end_play: 'once',
  refresh_inventory: 'once',
} as const;

type MetaAction = keyof typeof actions;

export const isMeta = (step: TaskStep): boolean => shortName(step.task.module.name) === 'meta';

/** Throws a UserError for an action that there is not. */
export const metaAction = (step: TaskStep): MetaAction => {
  const name = asText(argsOf(step.task).get('_raw_params') ?? '').trim();
  if (name in actions) return name as MetaAction;
  const meant = nearest(name, Object.keys(actions));
  throw new UserError({
    severity: 'error',
    message: `meta has no action '${name}'`,
    position: step.task.args.valuePosition,
    hint: meant ? `did you mean ${meant}?` : `there are ${Object.keys(actions).join(', ')}`,
  });
};

export const speaksForAll = (step: TaskStep): boolean => actions[metaAction(step)] === 'once';

/** Does it for a host that stands at the step, and moves the host's cursor on. */
export const runMeta = async (step: TaskStep, host: HostState, context: PlayContext): Promise<void> => {
  const action = metaAction(step);
  const scope = context.play.scope(host.name, step.frame);
  const { cursor } = host;
  cursor.advance();
  if (!checkWhen(step, scope, context, host.name).met) return;
  switch (action) {
    case 'flush_handlers':
      takeNotifications(host, context);
      cursor.enterHandlers(context.handlers, step.order, (handler) => host.notified.has(handler));
      break;
    case 'clear_facts':
      context.variables.clearFacts(host.name);
      break;
    case 'end_host':
      cursor.end();
      break;
    case 'end_role':
      cursor.endRole();
      break;
    case 'end_batch':
    case 'end_play':
      for (const each of context.hosts.values()) each.cursor.end();
      context.end = action === 'end_play' ? 'play' : 'batch';
      break;
    case 'clear_host_errors':
      context.unreachable.clear();
      context.failed.clear();
      break;
    case 'reset_connection':
      await context.links.to(targetFor(host.name, step, scope, scope, context)).close();
      break;
    case 'refresh_inventory':
      context.refreshInventory();
      break;
  }
};
