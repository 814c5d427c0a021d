import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Templar } from '../template/templar.ts';
import { Template, type Value } from '../template/values.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { findNear, findRoleNear, roleFilesOf, taskFileCandidates } from './check-files.ts';
import { NameBook } from './check-names.ts';
import { certain, checkConditions, checkTemplates } from './check-templates.ts';
import { type Decrypt, isFile, readVarsFile } from './files.ts';
import { shortName } from './keywords.ts';
import type { Field, Keywords, Play, Playbook, RoleEntry, Task, TaskNode } from './playbook.ts';
import { readPlaybook } from './plays.ts';
import { type ModuleNames, Reading } from './reading.ts';
import { isReference, type PlayedRoles, type RoleFiles, readRole, readTaskFile } from './roles.ts';
import type { TaskKind } from './tasks.ts';

export interface CheckOptions {
  readonly templar: Templar;
  readonly modules?: ModuleNames | undefined;
  /** Folders with roles, besides `roles/` beside the playbook. */
  readonly rolesPath: readonly string[];
  readonly collectionsPath: readonly string[];
  readonly played?: PlayedRoles | undefined;
  readonly decrypt?: Decrypt | undefined;
  /** Names that inventories, group_vars, host_vars and `-e` set. Left out, undefined names are not looked for. */
  readonly names?: Iterable<string> | undefined;
}

export interface Checked {
  readonly playbooks: readonly Playbook[];
  readonly diagnostics: readonly Diagnostic[];
  /** Roles that are named by where they come from and that `played` does not find, with the place of the first mention. */
  readonly references: ReadonlyMap<string, Position>;
}

/**
 * Reads playbooks and all that they name in words (imports, includes, roles, files of variables), and says everything that is
 * wrong before any host is known: syntax, keywords, modules, templates, filters, missing files, names that nothing sets.
 */
export const checkPlaybooks = (files: readonly string[], options: CheckOptions): Checked => {
  const check = new PlaybookCheck(options);
  const playbooks = files.map((file) => check.playbook(file));
  return { playbooks, diagnostics: check.finish(), references: check.references };
};

/** Where tasks stand: whether they run whatever happens, and which role's files they see. */
interface Place {
  readonly playbookDir: string;
  readonly role: string | undefined;
  /** No condition, rescue or handler stands around; names that are read here must be there. */
  readonly certain: boolean;
  readonly kind: TaskKind;
}

class PlaybookCheck {
  readonly references = new Map<string, Position>();
  readonly #options: CheckOptions;
  readonly #reading: Reading;
  readonly #names = new NameBook();
  readonly #seen = new Set<string>();

  constructor(options: CheckOptions) {
    this.#options = options;
    this.#reading = new Reading({ modules: options.modules });
    if (options.names) this.#names.define(options.names);
    else this.#names.leaveOpen();
  }

  finish(): readonly Diagnostic[] {
    const { diagnostics } = this.#reading;
    return this.#reading.failed ? diagnostics : [...diagnostics, ...this.#names.undefinedNames()];
  }

  playbook(file: string, from?: Position): Playbook {
    this.#reading.addLibrary(join(dirname(file), 'library'));
    const playbook = readPlaybook(this.#reading, file, { decrypt: this.#options.decrypt, from });
    this.#seen.add(file);
    for (const entry of playbook.entries) {
      this.#keywords(entry.keywords, false);
      if (entry.kind === 'play') this.#play(entry, dirname(file));
      else if (typeof entry.file.value === 'string') {
        const path = join(dirname(file), entry.file.value);
        if (this.#seen.has(path)) continue;
        if (isFile(path)) this.playbook(path, entry.file.valuePosition);
        else this.#missing('playbook', entry.file, [path]);
      } else this.#names.leaveOpen();
    }
    return playbook;
  }

  #play(play: Play, playbookDir: string): void {
    const place: Place = { playbookDir, role: undefined, certain: true, kind: 'task' };
    this.#varsFiles(play.keywords.get('vars_files'), playbookDir);
    const prompts = play.keywords.get('vars_prompt')?.value;
    if (Array.isArray(prompts))
      this.#names.define(prompts.flatMap((each) => (each instanceof Map ? [String(each.get('name'))] : [])));
    this.#nodes(play.preTasks, place);
    for (const entry of play.roles) this.#roleEntry(entry, place);
    this.#nodes(play.tasks, place);
    this.#nodes(play.postTasks, place);
    this.#nodes(play.handlers, { ...place, certain: false, kind: 'handler' });
  }

  #roleEntry(entry: RoleEntry, place: Place): void {
    this.#keywords(entry.keywords, place.certain);
    this.#names.define(entry.parameters.keys());
    for (const field of entry.parameters.values()) checkTemplates(this.#reading, this.#options.templar, field.value);
    this.#role(entry.role, place.certain && !entry.keywords.has('when') ? place : { ...place, certain: false }, {});
  }

  #role(field: Field, place: Place, files: RoleFiles, required = true): void {
    if (typeof field.value !== 'string') {
      this.#names.leaveOpen();
      return;
    }
    const name = field.value;
    let path = this.#options.played?.(name, place.role)?.path;
    // What a play names by where it is, is brought for it; what a role names so may have been installed with it.
    if (path === undefined && !(isReference(name) && place.role === undefined))
      path = this.#installed(name, field.valuePosition, place, required);
    if (path === undefined) {
      if (isReference(name) && !this.references.has(name)) this.references.set(name, field.valuePosition);
      this.#names.leaveOpen();
      return;
    }
    const key = JSON.stringify([path, files, place.certain]);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#reading.addLibrary(join(path, 'library'));
    const role = readRole(this.#reading, path, { ...files, decrypt: this.#options.decrypt, from: field.valuePosition });
    for (const vars of [role.defaults, role.vars]) {
      this.#names.define(vars.keys());
      for (const value of vars.values()) checkTemplates(this.#reading, this.#options.templar, value);
    }
    const inner = { ...place, role: path };
    for (const dependency of role.dependencies) this.#roleEntry(dependency, inner);
    this.#nodes(role.tasks, inner);
    this.#nodes(role.handlers, { ...inner, certain: false, kind: 'handler' });
  }

  #installed(name: string, at: Position, place: Place, required: boolean): string | undefined {
    const found = findRoleNear(name, at, place, this.#options);
    if (typeof found === 'string') return found;
    if (required && !isReference(name)) this.#reading.diagnostics.push(...found.diagnostics);
    return undefined;
  }

  #nodes(nodes: readonly TaskNode[], place: Place): void {
    for (const node of nodes) {
      const inner = node.keywords.has('when') ? { ...place, certain: false } : place;
      if (node.kind === 'task') this.#task(node, place);
      else {
        this.#keywords(node.keywords, place.certain);
        const certain = inner.certain && node.rescue.length === 0;
        this.#nodes(node.block, { ...inner, certain });
        this.#nodes(node.rescue, { ...inner, certain: false });
        this.#nodes(node.always, inner);
      }
    }
  }

  #task(task: Task, place: Place): void {
    const { keywords, args, withLookup } = task;
    const quiet = keywords.has('when') || keywords.has('ignore_errors') || isNever(keywords);
    const certain = place.certain && !quiet;
    this.#keywords(keywords, certain);
    const control = keywords.get('loop_control')?.value;
    if (control instanceof Map) for (const name of ['loop_var', 'index_var']) this.#define(control.get(name));
    this.#define(keywords.get('register')?.value);
    const loop = withLookup?.terms ?? keywords.get('loop');
    if (loop) checkTemplates(this.#reading, this.#options.templar, loop.value);
    if (loop && certain) this.#names.use(loop.value, loop.valuePosition);
    const module = shortName(task.module.name);
    this.#args(module, args, certain);
    this.#effects(module, args, { ...place, certain: certain && !loop });
  }

  #args(module: string, { value, valuePosition }: Field, certain: boolean): void {
    const { templar } = this.#options;
    if (!(value instanceof Map)) return;
    for (const [key, inner] of value) {
      if (module === 'assert' && key === 'that')
        checkConditions(this.#reading, templar, inner, valuePosition, value, key);
      else if (module === 'debug' && key === 'var') continue;
      else checkTemplates(this.#reading, templar, inner);
      if (certain && module !== 'assert') this.#names.use(inner, valuePosition);
    }
  }

  /** What a task sets or includes. */
  #effects(module: string, { value, position }: Field, place: Place): void {
    const args = value instanceof Map ? value : new Map<Value, Value>();
    const text = (...names: readonly string[]): Field | undefined => {
      const name = names.find((each) => args.has(each));
      return name === undefined ? undefined : { value: args.get(name) ?? null, position, valuePosition: position };
    };
    if (args.has('_variable_params') || (this.#options.modules && !this.#options.modules.has(module)))
      this.#names.leaveOpen();
    if (module === 'template') this.#templateFile(args.get('src'), place);
    if (module === 'set_fact')
      this.#names.define([...args.keys()].filter((key) => !/\{\{/.test(String(key))).map(String));
    if (module === 'set_fact' && [...args.keys()].some((key) => /\{\{/.test(String(key)))) this.#names.leaveOpen();
    else if (module === 'add_host') this.#names.define([...args.keys()].map(String));
    else if (module === 'include_vars') this.#includeVars(args, place);
    else if (/^(service|package|mount)_facts$|^getent$/.test(module))
      this.#names.define(['services', 'packages', 'mount_points']);
    else if (/^(import|include)_tasks$/.test(module))
      this.#includeTasks(text('file', '_raw_params'), place, module.startsWith('import'));
    else if (/^(import|include)_role$/.test(module)) {
      if (['tasks_from', 'vars_from', 'defaults_from'].some((name) => args.get(name) instanceof Template))
        this.#names.leaveOpen();
      const field = text('name', 'role');
      if (field) this.#role(field, place, roleFilesOf(args), module === 'import_role');
    }
  }

  #includeTasks(field: Field | undefined, place: Place, required: boolean): void {
    if (!field) return;
    if (typeof field.value !== 'string') {
      this.#names.leaveOpen();
      return;
    }
    const tried = taskFileCandidates(field.value, field.position.file, place);
    const path = tried.find(isFile);
    if (path === undefined) {
      this.#names.leaveOpen();
      if (required) this.#missing('file of tasks', field, tried);
      return;
    }
    const key = `${path} ${place.certain} ${place.kind}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#nodes(readTaskFile(this.#reading, path, place.kind, this.#options.decrypt), place);
  }

  /** A template's own text; not one that changes the delimiters. */
  #templateFile(src: Value | undefined, place: Place): void {
    if (typeof src !== 'string') return;
    const file = findNear('templates', src, place);
    if (file === undefined || this.#seen.has(file)) return;
    this.#seen.add(file);
    const text = readFileSync(file, 'utf8');
    if (text.startsWith('#jinja2:') || text.startsWith('$ANSIBLE_VAULT;')) return;
    const start = { file, line: 1, column: 1 };
    this.#reading.diagnostics.push(...certain(this.#options.templar.check(text, 'template', start)));
  }

  #includeVars(args: ReadonlyMap<Value, Value>, place: Place): void {
    const name = args.get('file') ?? args.get('_raw_params');
    const path = typeof name === 'string' ? findNear('vars', name, place) : undefined;
    if (path === undefined) this.#names.leaveOpen();
    else this.#names.define(readVarsFile(this.#reading, path, { decrypt: this.#options.decrypt }).keys());
    this.#define(args.get('name'));
  }

  #varsFiles(field: Field | undefined, playbookDir: string): void {
    const entries =
      field === undefined || field.value === null ? [] : Array.isArray(field.value) ? field.value : [field.value];
    for (const entry of entries.flat() as Value[]) {
      const path = typeof entry === 'string' ? findNear('vars', entry, { playbookDir, role: undefined }) : undefined;
      if (path) this.#names.define(readVarsFile(this.#reading, path, { decrypt: this.#options.decrypt }).keys());
      else if (typeof entry !== 'string') this.#names.leaveOpen();
      else if (!Array.isArray(field?.value) || field.value.includes(entry))
        this.#missing('file of variables', { ...(field as Field), value: entry }, [join(playbookDir, entry)]);
    }
  }

  #keywords(keywords: Keywords, certain: boolean): void {
    const { templar } = this.#options;
    for (const [name, field] of keywords) {
      if (['block', 'rescue', 'always', 'tasks', 'pre_tasks', 'post_tasks', 'handlers', 'roles'].includes(name))
        continue;
      if (['when', 'changed_when', 'failed_when', 'until'].includes(name)) {
        checkConditions(this.#reading, templar, field.value, field.valuePosition, undefined, undefined);
        continue;
      }
      checkTemplates(this.#reading, templar, field.value);
      if (name === 'vars' && field.value instanceof Map) this.#names.define([...field.value.keys()].map(String));
      if (certain && ['become_user', 'delegate_to', 'environment', 'remote_user'].includes(name))
        this.#names.use(field.value, field.valuePosition);
    }
  }

  #define(name: Value | undefined): void {
    if (typeof name === 'string') this.#names.define([name]);
    else if (name instanceof Template) this.#names.leaveOpen();
  }

  #missing(what: string, field: Field, tried: readonly string[]): void {
    this.#reading.error(field.valuePosition, `there is no ${what} ${String(field.value)}`, {
      hint: `looked for ${tried.join(', ')}`,
      length: String(field.value).length,
    });
  }
}

const isNever = (keywords: Keywords): boolean => {
  const tags = keywords.get('tags')?.value ?? [];
  return (Array.isArray(tags) ? tags : String(tags).split(',')).some((tag) => String(tag).trim() === 'never');
};
