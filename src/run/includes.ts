import type { Vars } from '../language/playbook.ts';
import { asText, coerce } from '../modules/coerce.ts';
import type { Scope, Value } from '../template/values.ts';
import { Template } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { argsOf, type Compiler, type Place, shortName, varsOf, withVars } from './compile.ts';
import type { PlayContext } from './context.ts';
import { extendLineage } from './lineage.ts';
import type { Sources } from './sources.ts';
import type { Inclusion, Step, TaskStep } from './tree.ts';

/** What one item of an include_tasks or include_role leads to. */
export interface Included extends Inclusion {
  /** For the event: the file or the role's name. */
  readonly what: string;
}

/** What is to be included is not there or can't be read. A rescue takes it over, but ansible-core counts it as failed. */
export class NotIncluded extends UserError {}

export const isInclude = (step: TaskStep): boolean => {
  const name = shortName(step.task.module.name);
  return name === 'include_tasks' || name === 'include_role';
};

/**
 * The steps that an include leads to, made once for all hosts that include the same with the same variables. `loopVars` are
 * the item's names, which the included tasks see. Throws UserErrors of the files.
 */
export const resolveInclude = (step: TaskStep, loopVars: Vars, scope: Scope, context: PlayContext): Included => {
  const args = new Map<string, Value>();
  for (const [key, value] of argsOf(step.task))
    args.set(key, key === 'apply' ? value : context.templar.render(value, scope));
  const isRole = shortName(step.task.module.name) === 'include_role';
  const named = isRole ? (args.get('name') ?? args.get('role')) : (args.get('file') ?? args.get('_raw_params'));
  if (named === undefined || named === null || named === '') {
    throw new UserError({
      severity: 'error',
      message: isRole ? 'include_role names no role' : 'include_tasks names no file',
      position: step.task.args.valuePosition,
    });
  }
  const what = asText(named);
  const key = JSON.stringify([
    what,
    comparable(new Map([...args].filter(([name]) => name !== 'apply'))),
    comparable(loopVars),
  ]);
  let inclusion = step.included.get(key);
  if (!inclusion) {
    const rank = { value: Number.MAX_SAFE_INTEGER };
    const place = placeFor(step, args.get('apply'), loopVars, [...step.order, rank]);
    const { compiler, sources } = context;
    let steps: readonly Step[];
    try {
      steps = isRole ? includeRole(step, args, place, compiler) : includeTasks(step, what, place, compiler, sources);
    } catch (error) {
      throw error instanceof UserError ? new NotIncluded(error.diagnostics) : error;
    }
    inclusion = { steps, rank };
    step.included.set(key, inclusion);
  }
  return { ...inclusion, what };
};

/** The first host that gets to an include decides where it stands among the task's others. */
export const rankInclusion = (step: TaskStep, inclusion: Inclusion): void => {
  if (inclusion.rank.value !== Number.MAX_SAFE_INTEGER) return;
  const others = [...step.included.values()].filter(({ rank }) => rank.value !== Number.MAX_SAFE_INTEGER);
  inclusion.rank.value = others.length;
};

/**
 * A dynamic include hands on what surrounds it and its `vars`, but none of its own keywords: those are about the include
 * itself. `apply` is for the tasks.
 */
const placeFor = (step: TaskStep, apply: Value | undefined, loopVars: Vars, order: Place['order']): Place => {
  const { place, task } = step;
  const position = task.args.valuePosition;
  const applied = new Map(
    apply instanceof Map
      ? [...apply].map(([name, value]) => [asText(name), { value, position, valuePosition: position }] as const)
      : [],
  );
  const own = varsOf(task.keywords.get('vars'));
  return {
    ...place,
    order,
    lineage: extendLineage(place.lineage, applied),
    vars: withVars(place.vars, applied),
    includeParams: [...place.includeParams, ...(own ? [own] : []), ...(loopVars.size > 0 ? [loopVars] : [])],
  };
};

const includeTasks = (step: TaskStep, what: string, place: Place, compiler: Compiler, sources: Sources) => {
  const position = step.task.args.valuePosition;
  const file = sources.findTasks(what, step.role, position, step.task.position.file);
  return compiler.nodes(sources.taskFile(file, place.handler ? 'handler' : 'task'), place);
};

const includeRole = (step: TaskStep, args: ReadonlyMap<string, Value>, place: Place, compiler: Compiler) => {
  const isPublic = args.get('public');
  return compiler.role(
    {
      args,
      position: step.task.args.valuePosition,
      isPublic: isPublic !== undefined && isPublic !== null && (coerce(isPublic, 'bool') as boolean),
    },
    place,
  );
};

const comparable = (value: unknown): unknown => {
  if (value instanceof Map) return [...value].map(([key, inner]) => [String(key), comparable(inner)]);
  if (Array.isArray(value)) return value.map(comparable);
  if (value instanceof Template) return value.source;
  return typeof value === 'bigint' ? String(value) : value;
};
