import type { Field, Role, RoleEntry, Vars } from '../language/playbook.ts';
import { asText } from '../modules/coerce.ts';
import { Template, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import type { RoleUse } from '../variables/variables.ts';
import { argumentChecks } from './argument-specs.ts';
import { type Compiler, type CompilerOptions, type Place, varsOf } from './compile.ts';
import { extendLineage } from './lineage.ts';
import type { BlockStep, RoleInstance, Step } from './tree.ts';

/** import_role and include_role: their rendered arguments. */
export interface RoleRequest {
  readonly args: ReadonlyMap<string, Value>;
  readonly position: Position;
  /** Whether the whole play sees its variables. */
  readonly isPublic: boolean;
}

/** Puts roles with their dependencies into the tree, each use with equal parameters being one instance. */
export class Roles {
  readonly #options: CompilerOptions;
  readonly #compiler: Compiler;
  readonly #instances = new Map<string, RoleInstance>();
  /** What has run of uses of a role that differ in nothing but their place. */
  readonly #progress = new Map<string, Pick<RoleInstance, 'ran' | 'completed'>>();
  readonly #handlersOf = new Set<RoleUse>();

  constructor(options: CompilerOptions, compiler: Compiler) {
    this.#options = options;
    this.#compiler = compiler;
  }

  /** An entry of `roles:` or of a role's dependencies. */
  entry(entry: RoleEntry, place: Place, parent: RoleInstance | undefined, late = false): Step[] {
    const name = asText(this.#compiler.render(entry.role.value, entry.role.valuePosition, "the role's name"));
    const role = this.#options.sources.role(name, place.role, {}, entry.role.valuePosition, place.collections);
    const params: Vars = new Map([...entry.parameters].map(([key, field]) => [key, field.value]));
    const keywordVars = varsOf(entry.keywords.get('vars'));
    const instance = this.#instance(role, params, keywordVars, parent, identify(role, entry));
    this.#options.play.exportRole(instance.use);
    const inner = { ...place, lineage: extendLineage(place.lineage, entry.keywords), role: instance };
    return this.#block(role, instance, inner, 'main', true, late);
  }

  use(request: RoleRequest, place: Place): Step[] {
    const { args, position } = request;
    const text = (key: string): string | undefined => {
      const value = args.get(key);
      return value === undefined || value === null ? undefined : asText(value);
    };
    const name = text('name') ?? text('role');
    if (name === undefined) throw new UserError({ severity: 'error', message: 'no role is named', position });
    const files = {
      tasksFrom: text('tasks_from'),
      varsFrom: text('vars_from'),
      defaultsFrom: text('defaults_from'),
      handlersFrom: text('handlers_from'),
    };
    const role = this.#options.sources.role(name, place.role, files, position, place.collections);
    const key = JSON.stringify([role.path, files, request.isPublic]);
    const instance: RoleInstance = {
      ...this.#instance(role, new Map(), undefined, place.role, undefined),
      ...this.#progressOf(key),
      allowDuplicates: args.get('allow_duplicates') !== false,
    };
    if (request.isPublic) this.#options.play.exportRole(instance.use);
    const validate = args.get('rolespec_validate') !== false;
    return this.#block(role, instance, { ...place, role: instance }, text('tasks_from') ?? 'main', validate, true);
  }

  #block(
    role: Role,
    instance: RoleInstance,
    place: Place,
    entryPoint: string,
    validate: boolean,
    late: boolean,
  ): Step[] {
    const inner = (section: number): Place => ({ ...place, order: [...place.order, section] });
    const dependencies = role.dependencies.flatMap((entry, index) =>
      this.entry(entry, { ...place, order: [...place.order, 0, index] }, instance, late),
    );
    if (!this.#handlersOf.has(instance.use)) this.#compiler.addHandlers(role.handlers, place, late);
    this.#handlersOf.add(instance.use);
    const checks = validate ? argumentChecks(role, entryPoint) : [];
    const block: BlockStep = {
      kind: 'block',
      order: place.order,
      block: [
        ...checks.map(({ task, title }) => this.#compiler.implicit(task, inner(1), title)),
        ...this.#compiler.nodes(role.tasks, inner(2)),
      ],
      rescue: [],
      always: [],
      role: instance,
    };
    return [...dependencies, block];
  }

  #instance(
    role: Role,
    params: Vars,
    keywordVars: Vars | undefined,
    parent: RoleInstance | undefined,
    key: string | undefined,
  ): RoleInstance {
    const known = key === undefined ? undefined : this.#instances.get(key);
    // The parent's use was made first, so its list of dependencies is filled in as they are met.
    const depend = (use: RoleUse): void => {
      const others = parent?.use.dependencies as RoleUse[] | undefined;
      if (key !== undefined && others && !others.includes(use)) others.push(use);
    };
    if (known) {
      depend(known.use);
      return known;
    }
    const dependencies: RoleUse[] = [];
    const use: RoleUse = {
      role,
      defaults: role.defaults,
      vars: role.vars,
      params,
      keywordVars,
      parents: parent ? [...(parent.use.parents ?? []), parent.use] : [],
      includers: [...(parent?.use.includers ?? []), ...(parent && key === undefined ? [parent.use] : [])],
      dependencies,
    };
    depend(use);
    const instance: RoleInstance = {
      use,
      name: role.name,
      path: role.path,
      allowDuplicates: role.allowDuplicates,
      ran: new Set(),
      completed: new Set(),
    };
    if (key !== undefined) this.#instances.set(key, instance);
    return instance;
  }

  #progressOf(key: string): Pick<RoleInstance, 'ran' | 'completed'> {
    let progress = this.#progress.get(key);
    if (!progress) {
      progress = { ran: new Set(), completed: new Set() };
      this.#progress.set(key, progress);
    }
    return progress;
  }
}

/** Two uses of a role are one where everything that a user can say about them is equal. */
const identify = (role: Role, entry: RoleEntry): string =>
  JSON.stringify([role.path, fieldsOf(entry.parameters), fieldsOf(entry.keywords)]);

const fieldsOf = (fields: ReadonlyMap<string, Field>): unknown =>
  [...fields].map(([name, { value }]) => [name, comparable(value)]).sort();

const comparable = (value: Value): unknown => {
  if (value instanceof Template) return { template: value.source };
  if (Array.isArray(value)) return value.map(comparable);
  if (value instanceof Map) return [...value].map(([key, inner]) => [String(key), comparable(inner)]);
  return typeof value === 'bigint' ? String(value) : value;
};
