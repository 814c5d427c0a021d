import type { Vars } from '../language/playbook.ts';
import { positionOf } from '../language/positions.ts';
import { readArguments } from '../modules/arguments.ts';
import { asText } from '../modules/coerce.ts';
import type { Arguments, ControlContext, Look, Module } from '../modules/module.ts';
import { type Dict, Omit, type Scope, Template, type Value } from '../template/values.ts';
import type { Identity, Script } from '../transport/transport.ts';
import { UserError } from '../util/diagnostic.ts';
import { checkConditions, type Verdict } from './conditions.ts';
import type { HostState, PlayContext } from './context.ts';
import { delegateOf, scopeOf, targetFor } from './delegation.ts';
import type { Link } from './link.ts';
import type { LookRequest } from './machine.ts';
import { moduleContext } from './module-context.ts';
import { environmentOf, flagKeyword, identityFor, numberKeyword } from './settings.ts';
import type { TaskStep } from './tree.ts';

/** One item of one task on one host, up to the point where a host would be asked. Made of what the controller knows. */
export interface Prepared {
  readonly module: Module;
  readonly args: Arguments;
  readonly context: ControlContext;
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  /** The host that it runs on, where that is another. */
  readonly delegatedTo: string | undefined;
  readonly link: Link;
  readonly identity: Identity;
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs: number | undefined;
  /** `async` with `poll: 0`: for how many seconds the task may go on behind the play. */
  readonly background: number | undefined;
}

/** Whether the task's conditions hold for this host and item. */
export const checkWhen = (step: TaskStep, scope: Scope, context: PlayContext, host: string): Verdict =>
  step.keywords.when.length === 0
    ? { met: true }
    : checkConditions(step.keywords.when, scope, context.templar, (diagnostic) =>
        context.emit({ type: 'warning', diagnostic, host }),
      );

/** Throws UserError and ModuleFailure for what is wrong with the task's arguments and keywords. */
export const prepare = (
  step: TaskStep,
  host: HostState,
  scope: Scope,
  overlay: Vars,
  context: PlayContext,
): Prepared => {
  const module = context.sources.module(step.task.module);
  const delegatedTo = delegateOf(step, scope, context);
  const there = delegatedTo === undefined ? scope : scopeOf(delegatedTo, step, context);
  const checkMode = flagKeyword(step, 'check_mode', scope, context, context.settings.checkMode);
  const diffMode = flagKeyword(step, 'diff', scope, context, context.settings.diffMode);
  const seconds = numberKeyword(step, 'timeout', scope, context);
  const async = checkMode ? 0 : (numberKeyword(step, 'async', scope, context) ?? 0);
  const background = async > 0 && numberKeyword(step, 'poll', scope, context) === 0;
  const args = readArguments(module, renderArguments(step, module, scope, context));
  return {
    module,
    args,
    checkMode,
    diffMode,
    delegatedTo,
    context: moduleContext(
      { step, host: host.name, scope, overlay, checkMode, diffMode, playbookDir: context.sources.playbookDir },
      context,
    ),
    link: context.links.to(targetFor(delegatedTo ?? host.name, step, scope, there, context)),
    identity:
      module.kind === 'host' ? identityFor(step, delegatedTo ?? host.name, scope, there, context) : { method: 'none' },
    environment: environmentOf(step, scope, context),
    // A job that is waited for is a task with a time limit: nothing is lost when the connection idles.
    timeoutMs: seconds ? seconds * 1000 : async > 0 && !background ? async * 1000 : undefined,
    background: background ? async : undefined,
  };
};

/** A script as it is sent for this task: with its environment and time limit. */
export const scriptFor = (prepared: Prepared, script: Script): Script => {
  const { environment, timeoutMs } = prepared;
  if (!environment && !timeoutMs) return script;
  return {
    ...script,
    ...(environment && { environment: { ...script.environment, ...environment } }),
    ...(timeoutMs && { timeoutMs: Math.min(timeoutMs, script.timeoutMs ?? timeoutMs) }),
  };
};

/** The look that the task begins with; undefined for a module that has none. */
export const lookOf = (
  prepared: Prepared,
): { readonly wanted: unknown; readonly look?: Look<unknown>; readonly request?: LookRequest } => {
  const { module, args, context, identity } = prepared;
  if (module.kind !== 'host') return { wanted: undefined };
  const wanted = module.prepare(args, context);
  const look = module.look?.(wanted, context);
  if (!look) return { wanted };
  return { wanted, look, request: { identity, script: scriptFor(prepared, look.script) } };
};

/** The task's arguments over the `module_defaults` around it, rendered. */
const renderArguments = (step: TaskStep, module: Module, scope: Scope, context: PlayContext): Dict => {
  const { templar } = context;
  const rendered: Dict = new Map();
  for (const field of step.keywords.moduleDefaults) applyDefaults(templar.render(field.value, scope), module, rendered);
  const { value, valuePosition } = step.task.args;
  if (!(value instanceof Map)) return rendered;
  for (const [key, raw] of value) {
    if (key === '_variable_params') {
      const all = templar.render(raw, scope);
      if (!(all instanceof Map)) {
        throw new UserError({
          severity: 'error',
          message: `the arguments of ${step.task.module.name} must be a mapping`,
          position: valuePosition,
        });
      }
      for (const [name, inner] of all) rendered.set(name, inner);
    } else if (key === '_raw_params') {
      rendered.set(freeFormOption(step, module), templar.render(raw, scope));
    } else {
      const name = namesItsOwn(module) ? templar.render(nameTemplate(value, key), scope) : key;
      rendered.set(name, isExpression(module, key) ? raw : templar.render(raw, scope));
    }
  }
  return rendered;
};

/** `set_fact` and its like: the user gives the options' names, and may compute them. */
const namesItsOwn = (module: Module): boolean => module.kind === 'control' && module.openEnded === true;

const nameTemplate = (args: Dict, key: Value): Value =>
  typeof key === 'string' && key.includes('{{') ? new Template(key, positionOf(args, key)) : key;

/** `debug: var` and `assert: that` are expressions, which the module has evaluated when it needs them. */
const isExpression = (module: Module, key: Value): boolean => module.options[key as string]?.expression === true;

const freeFormOption = (step: TaskStep, module: Module): string => {
  if (module.freeForm !== undefined) return module.freeForm;
  throw new UserError({
    severity: 'error',
    message: `${step.task.module.name} takes its arguments as \`name: value\`, not as a line of text`,
    position: step.task.args.valuePosition,
  });
};

/** `module_defaults: {copy: {mode: "0644"}}`, by any of the module's names. */
const applyDefaults = (defaults: Value, module: Module, into: Dict): void => {
  for (const layer of Array.isArray(defaults) ? defaults : [defaults]) {
    if (!(layer instanceof Map)) continue;
    for (const [name, values] of layer) {
      const short = asText(name).replace(/^ansible\.(builtin|legacy)\./, '');
      if (short !== module.name && !module.aliases?.includes(short)) continue;
      if (values instanceof Map) for (const [key, value] of values) if (!(value instanceof Omit)) into.set(key, value);
    }
  }
};
