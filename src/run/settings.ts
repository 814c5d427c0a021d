import { asText, coerce } from '../modules/coerce.ts';
import { Float, Omit, type Scope, type Value } from '../template/values.ts';
import { identityOf } from '../transport/identity.ts';
import type { VariableReader } from '../transport/target.ts';
import type { Identity } from '../transport/transport.ts';
import { UserError } from '../util/diagnostic.ts';
import type { RunContext } from './context.ts';
import type { TaskStep } from './tree.ts';

/** The rendered value of a keyword that holds for a task; undefined where nobody sets it or it is `omit`. */
export const keyword = (step: TaskStep, name: string, scope: Scope, run: RunContext): Value | undefined => {
  const field = step.keywords.inherited(name);
  if (!field) return undefined;
  const value = run.templar.render(field.value, scope);
  return value instanceof Omit ? undefined : value;
};

/** A keyword that is yes or no. */
export const flagKeyword = (
  step: TaskStep,
  name: string,
  scope: Scope,
  run: RunContext,
  otherwise: boolean,
): boolean => {
  const value = keyword(step, name, scope, run);
  if (value === undefined || value === null || value === '') return otherwise;
  if (typeof value === 'boolean') return value;
  try {
    return coerce(value, 'bool') as boolean;
  } catch {
    const position = step.keywords.inherited(name)?.valuePosition;
    throw new UserError({
      severity: 'error',
      message: `\`${name}\` is neither true nor false: ${asText(value)}`,
      position,
    });
  }
};

/** Whether `no_log` hides what a task does. When in doubt, hidden. */
export const isHidden = (step: TaskStep, scope: Scope, run: RunContext): boolean => {
  try {
    return flagKeyword(step, 'no_log', scope, run, false);
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
};

/** A keyword that is a number. */
export const numberKeyword = (step: TaskStep, name: string, scope: Scope, run: RunContext): number | undefined => {
  const value = keyword(step, name, scope, run);
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value instanceof Float ? value.value : asText(value));
  if (Number.isFinite(number)) return number;
  const position = step.keywords.inherited(name)?.valuePosition;
  throw new UserError({ severity: 'error', message: `\`${name}\` is not a number: ${asText(value)}`, position });
};

/** `environment:` of the play, blocks and task, the inner ones winning. */
export const environmentOf = (
  step: TaskStep,
  scope: Scope,
  run: RunContext,
): Readonly<Record<string, string>> | undefined => {
  if (step.keywords.environment.length === 0) return undefined;
  const environment: Record<string, string> = {};
  for (const field of step.keywords.environment) {
    const rendered = run.templar.render(field.value, scope);
    for (const part of Array.isArray(rendered) ? rendered : [rendered]) {
      if (part instanceof Map) {
        for (const [key, value] of part) if (!(value instanceof Omit)) environment[asText(key)] = asText(value);
      } else if (part !== null && part !== '' && !(part instanceof Omit)) {
        throw new UserError({
          severity: 'error',
          message: '`environment` must be a mapping of names to values',
          position: field.valuePosition,
        });
      }
    }
  }
  return environment;
};

/** Who runs the task. `variables` are those of the host that it runs on. */
export const identityFor = (
  step: TaskStep,
  host: string,
  scope: Scope,
  variables: Scope,
  run: RunContext,
): Identity => {
  const { settings } = run;
  const text = (name: string): string | undefined => {
    const value = keyword(step, name, scope, run);
    return value === undefined || value === null || value === '' ? undefined : asText(value);
  };
  const { becomes } = step.keywords;
  return identityOf(host, variableReader(variables, run), {
    become: becomes ? flagKeyword(step, 'become', scope, run, settings.become) : settings.become,
    method: (becomes ? text('become_method') : undefined) ?? settings.becomeMethod,
    user: (becomes ? text('become_user') : undefined) ?? settings.becomeUser,
    exe: becomes ? text('become_exe') : undefined,
    flags: becomes ? text('become_flags') : undefined,
    password: settings.becomePassword,
  });
};

/** A host's variables, rendered, as the transport asks for them. */
export const variableReader =
  (scope: Scope, run: RunContext): VariableReader =>
  (name) => {
    const value = scope.get(name);
    return value === undefined ? undefined : run.templar.render(value, scope);
  };
