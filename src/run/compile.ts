import type { Block, Field, Keywords, Play, RoleEntry, Task, TaskNode, Vars } from '../language/playbook.ts';
import { asText } from '../modules/coerce.ts';
import type { Templar } from '../template/templar.ts';
import { Template, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import type { PlayVariables } from '../variables/variables.ts';
import { accumulated, extendLineage, type Lineage } from './lineage.ts';
import { type RoleRequest, Roles } from './roles.ts';
import { searchPath } from './search-path.ts';
import type { Sources } from './sources.ts';
import { isChosen, readTags, type TagChoice } from './tags.ts';
import { taskKeywords } from './task-keywords.ts';
import type { BlockStep, Order, RoleInstance, Step, TaskStep } from './tree.ts';

export interface CompilerOptions {
  readonly sources: Sources;
  readonly templar: Templar;
  readonly play: PlayVariables;
  readonly tags: TagChoice;
  /** Whose variables names of static imports may use; Ansible takes the play's own and extra variables. */
  readonly host: string;
  readonly nextId: () => number;
}

/** Where nodes stand: what they inherit, and their place in the play. */
export interface Place {
  readonly lineage: Lineage;
  readonly role: RoleInstance | undefined;
  /** `vars:` of blocks and static imports, outermost first. */
  readonly vars: readonly Vars[];
  readonly includeParams: readonly Vars[];
  readonly handler: boolean;
  readonly order: Order;
  readonly collections: readonly string[];
}

/** Makes steps of nodes: static imports and roles are read and put in place, tasks that no tag chooses are left out. */
export class Compiler {
  readonly #options: CompilerOptions;
  readonly #roles: Roles;
  /**
   * Every handler of the play, in the order in which they run: those of `roles:`, the play's own, and those of roles that
   * tasks use, which grow with each include. A role has its handlers once for each use, since each use has its variables.
   */
  readonly handlers: Step[] = [];
  #ofRoles = 0;

  constructor(options: CompilerOptions) {
    this.#options = options;
    this.#roles = new Roles(options, this);
  }

  nodes(nodes: readonly TaskNode[], place: Place): Step[] {
    return nodes.flatMap((node, index) => {
      const inner = { ...place, order: [...place.order, index] };
      return node.kind === 'block' ? this.#block(node, inner) : this.#task(node, inner);
    });
  }

  roleEntries(entries: readonly RoleEntry[], place: Place): Step[] {
    return entries.flatMap((entry, index) =>
      this.#roles.entry(entry, { ...place, order: [...place.order, index] }, undefined),
    );
  }

  /** A role as import_role and include_role use it. */
  role(request: RoleRequest, place: Place): Step[] {
    return this.#roles.use(request, place);
  }

  /** The handlers of one use of a role; `late`: a task uses it, rather than `roles:`. */
  addHandlers(nodes: readonly TaskNode[], place: Place, late: boolean): void {
    const order = [late ? lateHandlers : roleHandlers, this.handlers.length];
    const steps = this.nodes(nodes, { ...place, order, handler: true });
    if (late) this.handlers.push(...steps);
    else {
      this.handlers.splice(this.#ofRoles, 0, ...steps);
      this.#ofRoles += steps.length;
    }
  }

  /** A task that no file holds. */
  implicit(task: Task, place: Place, title: string): TaskStep {
    return { ...this.#step(task, extendLineage(place.lineage, task.keywords), place, title), implicit: true };
  }

  /** A name that a static import gives, which may use the play's variables. */
  render(value: Value, position: Position, what: string): Value {
    if (!(value instanceof Template)) return value;
    try {
      return this.#options.templar.render(value, this.#options.play.scope(this.#options.host));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const [first] = error.diagnostics;
      throw new UserError({
        severity: 'error',
        message: `${what} must be known before hosts are: ${first?.message ?? error.message}`,
        position: first?.position ?? position,
        hint: 'use include_tasks or include_role where a name depends on hosts or facts',
      });
    }
  }

  chosen(lineage: Lineage): boolean {
    const render = (value: Value): Value => this.#renderTags(value);
    return isChosen(readTags(accumulated(lineage, 'tags'), render), this.#options.tags);
  }

  #renderTags(value: Value): Value {
    const holds = value instanceof Template || (Array.isArray(value) && value.some((tag) => tag instanceof Template));
    return holds ? this.#options.templar.render(value, this.#options.play.scope(this.#options.host)) : value;
  }

  #block(node: Block, place: Place): BlockStep[] {
    const inner = (section: number): Place => ({
      ...place,
      lineage: extendLineage(place.lineage, node.keywords),
      vars: withVars(place.vars, node.keywords),
      order: [...place.order, section],
    });
    const step: BlockStep = {
      kind: 'block',
      order: place.order,
      block: this.nodes(node.block, inner(0)),
      rescue: this.nodes(node.rescue, inner(1)),
      always: this.nodes(node.always, inner(2)),
    };
    return step.block.length + step.always.length > 0 ? [step] : [];
  }

  #task(task: Task, place: Place): Step[] {
    const lineage = extendLineage(place.lineage, task.keywords);
    const action = shortName(task.module.name);
    if (action === 'import_tasks') return this.#importTasks(task, place, lineage);
    if (action === 'import_role') {
      const vars = withVars(place.vars, task.keywords);
      const args = new Map([...argsOf(task)].map(([key, value]) => [key, this.render(value, task.args.position, key)]));
      const request = { args, position: task.args.valuePosition, isPublic: true };
      return this.#roles.use(request, { ...place, lineage, vars });
    }
    if (!place.handler && !this.chosen(lineage)) return [];
    return [this.#step(task, lineage, place, undefined)];
  }

  #importTasks(task: Task, place: Place, lineage: Lineage): Step[] {
    const args = argsOf(task);
    const name = this.render(args.get('file') ?? args.get('_raw_params') ?? null, task.args.valuePosition, 'the file');
    const file = this.#options.sources.findTasks(asText(name), place.role, task.args.valuePosition);
    const nodes = this.#options.sources.taskFile(file, place.handler ? 'handler' : 'task');
    return this.nodes(nodes, { ...place, lineage, vars: withVars(place.vars, task.keywords) });
  }

  #step(task: Task, lineage: Lineage, place: Place, title: string | undefined): TaskStep {
    const keywords = taskKeywords(lineage);
    const own = task.keywords.get('name')?.value;
    const name = title ?? (own instanceof Template ? own.source : own ? asText(own) : plainTitle(task));
    return {
      kind: 'task',
      order: place.order,
      task,
      lineage,
      name: {
        id: this.#options.nextId(),
        name,
        title: place.role ? `${place.role.name} : ${name}` : name,
        module: task.module.name,
        position: task.position,
        role: place.role?.name,
        handler: place.handler,
      },
      role: place.role,
      frame: this.#options.play.frame({
        role: place.role?.use,
        vars: withVars(place.vars, task.keywords),
        includeParams: place.includeParams,
        searchPath: searchPath(place.role, task.position.file, this.#options.sources.playbookDir),
        environment: keywords.environment.map(({ value }) => value),
      }),
      place,
      keywords,
      implicit: false,
      listen: task.keywords.get('listen'),
      included: new Map(),
    };
  }
}

export const shortName = (name: string): string => name.replace(/^ansible\.(builtin|legacy)\./, '');

export const argsOf = (task: Task): ReadonlyMap<string, Value> =>
  task.args.value instanceof Map ? (task.args.value as Map<string, Value>) : new Map();

export const withVars = (vars: readonly Vars[], keywords: Keywords): readonly Vars[] => {
  const own = varsOf(keywords.get('vars'));
  return own ? [...vars, own] : vars;
};

export const varsOf = (field: Field | undefined): Vars | undefined =>
  field?.value instanceof Map ? (field.value as Map<string, Value>) : undefined;

/** Where handlers stand among each other. */
const [roleHandlers, ownHandlers, lateHandlers] = [0, 1, 2];

/** The sections of a play: the steps from gathering facts to the last handlers. */
export const compilePlay = (
  play: Play,
  compiler: Compiler,
  gather: Task | undefined,
  flush: (position: Position) => Task,
  forceHandlers: boolean,
): { readonly steps: Step[]; readonly handlers: Step[] } => {
  const place = (order: number): Place => ({
    lineage: extendLineage(undefined, play.keywords),
    role: undefined,
    vars: [],
    includeParams: [],
    handler: false,
    order: [order],
    collections: textsOf(play.keywords.get('collections')),
  });
  const flushAt = (order: number): Step => compiler.implicit(flush(play.position), place(order), 'flush_handlers');
  const section = (order: number, steps: Step[]): Step[] =>
    forceHandlers
      ? [{ kind: 'block', order: [order], block: steps, rescue: [], always: [flushAt(order + 1)] }]
      : [...steps, flushAt(order + 1)];
  const gathering =
    gather && compiler.chosen(extendLineage(place(0).lineage, gather.keywords))
      ? [compiler.implicit(gather, place(0), 'Gathering Facts')]
      : [];
  compiler.handlers.push(...compiler.nodes(play.handlers, { ...place(ownHandlers), handler: true }));
  const pre = compiler.nodes(play.preTasks, place(1));
  const roles = compiler.roleEntries(play.roles, place(3));
  const tasks = compiler.nodes(play.tasks, place(4));
  const post = compiler.nodes(play.postTasks, place(6));
  return {
    steps: [...gathering, ...section(1, pre), ...section(4, [...roles, ...tasks]), ...section(6, post)],
    handlers: compiler.handlers,
  };
};

const textsOf = (field: Field | undefined): readonly string[] =>
  Array.isArray(field?.value) ? field.value.map(asText) : [];

/** What an unnamed task is called. */
const plainTitle = (task: Task): string => {
  const args = argsOf(task);
  const action = shortName(task.module.name);
  if (action !== 'include_role' && action !== 'include_tasks') return task.module.name;
  const what = args.get('name') ?? args.get('role') ?? args.get('file') ?? args.get('_raw_params');
  return action === 'include_role' && typeof what === 'string' ? `include_role : ${what}` : task.module.name;
};
