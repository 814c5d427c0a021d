import { asText } from '../modules/coerce.ts';
import type { Scope } from '../template/values.ts';
import { targetOf } from '../transport/target.ts';
import type { Target } from '../transport/transport.ts';
import { UserError } from '../util/diagnostic.ts';
import type { PlayContext, RunContext } from './context.ts';
import { keyword, variableReader } from './settings.ts';
import type { TaskStep } from './tree.ts';

/** The host that `delegate_to` names; undefined where the task runs on its own host. */
export const delegateOf = (step: TaskStep, scope: Scope, run: RunContext): string | undefined => {
  if (!step.keywords.inherited('delegate_to')) return undefined;
  const value = keyword(step, 'delegate_to', scope, run);
  if (value === undefined || value === null) return undefined;
  const name = asText(value);
  if (name !== '') return name;
  throw new UserError({
    severity: 'error',
    message: 'delegate_to is empty',
    position: step.keywords.inherited('delegate_to')?.valuePosition,
  });
};

/**
 * How to reach the host that a task runs on. `variables` are that host's own; the keywords `connection`, `port` and
 * `remote_user` stand below them and above the command line.
 */
export const targetFor = (host: string, step: TaskStep, scope: Scope, variables: Scope, run: RunContext): Target => {
  const text = (name: string): string | undefined => {
    if (!step.keywords.inherited(name)) return undefined;
    const value = keyword(step, name, scope, run);
    return value === undefined || value === null || value === '' ? undefined : asText(value);
  };
  const [connection, port, user] = [text('connection'), text('port'), text('remote_user')];
  const defaults = run.settings.target;
  return targetOf(host, variableReader(variables, run), {
    ...defaults,
    ...(connection !== undefined && { connection }),
    ...(port !== undefined && { port: Number(port) }),
    ...(user !== undefined && { user }),
  });
};

/**
 * The variables of the host that a task runs on, with the task's own above them; a host that the inventory has not is
 * reached by its name and what the task and the play say.
 */
export const scopeOf = (host: string, step: TaskStep, context: PlayContext): Scope =>
  context.play.scope(host, step.frame);
