import type { Field } from '../language/playbook.ts';
import { asText } from '../modules/coerce.ts';
import { Omit, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import type { HostState, PlayContext } from './context.ts';
import type { Step, TaskStep } from './tree.ts';

/**
 * Notes the handlers that a changed task names; a handler that notifies others has them run in the same flush. Throws a
 * UserError where there is none.
 */
export const notify = (field: Field, step: TaskStep, host: HostState, context: PlayContext): void => {
  const scope = context.play.scope(host.name, step.frame);
  const names = context.templar.render(field.value, scope);
  for (const name of Array.isArray(names) ? names : [names]) {
    if (name === null || name instanceof Omit) continue;
    const wanted = asText(name);
    const handlers = handlersFor(wanted, host, context);
    if (handlers.length === 0) throw unknownHandler(wanted, field, context);
    if (step.name.handler) for (const handler of handlers) host.notified.add(handler);
    else host.notifications.add(wanted);
  }
};

/** Settles which handlers are meant: those of the last use of a role, which may be a later one than that which notified. */
export const takeNotifications = (host: HostState, context: PlayContext): void => {
  for (const name of host.notifications)
    for (const handler of handlersFor(name, host, context)) host.notified.add(handler);
  host.notifications.clear();
};

/** Every handler of the play in the order in which they run. */
export const allHandlers = (steps: readonly Step[]): TaskStep[] =>
  steps.flatMap((step) => (step.kind === 'task' ? [step] : allHandlers(step.block)));

/** The last handler of that name, and all that listen to it. */
const handlersFor = (wanted: string, host: HostState, context: PlayContext): TaskStep[] => {
  const latestFirst = allHandlers(context.handlers).reverse();
  const names = new Map(latestFirst.map((handler) => [handler, nameOf(handler, host, context)]));
  const named = latestFirst.find((handler) => namesOf(handler, names.get(handler) ?? '').includes(wanted));
  const seen = new Set<string>();
  const listening = latestFirst.filter((handler) => {
    if (!listensTo(handler, wanted, host, context)) return false;
    const name = names.get(handler) ?? '';
    if (seen.has(name)) return false;
    if (name !== '') seen.add(name);
    return true;
  });
  return named ? [named, ...listening] : listening;
};

const namesOf = (handler: TaskStep, name: string): readonly string[] =>
  handler.role ? [name, `${handler.role.name} : ${name}`] : [name];

const nameOf = (handler: TaskStep, host: HostState, context: PlayContext): string => {
  const field = handler.keywords.own('name');
  return field ? textOf(field.value, handler, host, context) : '';
};

const listensTo = (handler: TaskStep, wanted: string, host: HostState, context: PlayContext): boolean => {
  if (!handler.listen) return false;
  const { value } = handler.listen;
  return (Array.isArray(value) ? value : [value]).some((topic) => textOf(topic, handler, host, context) === wanted);
};

/** A handler's name may hold variables; one that can't be rendered can't be called by that name. */
const textOf = (value: Value, handler: TaskStep, host: HostState, context: PlayContext): string => {
  if (typeof value === 'string') return value;
  try {
    return asText(context.templar.render(value, context.play.scope(host.name, handler.frame)));
  } catch {
    return '';
  }
};

const unknownHandler = (wanted: string, field: Field, context: PlayContext): UserError => {
  const known = allHandlers(context.handlers).flatMap((handler) => {
    const listen = handler.listen?.value;
    const topics = Array.isArray(listen) ? listen : listen === undefined ? [] : [listen];
    return [handler.keywords.own('name')?.value, ...topics].filter((name) => typeof name === 'string');
  });
  const meant = nearest(wanted, known);
  return new UserError({
    severity: 'error',
    message: `there is no handler '${wanted}', and none that listens to it`,
    position: field.valuePosition,
    length: wanted.length,
    hint: meant === undefined ? undefined : `did you mean '${meant}'?`,
  });
};
