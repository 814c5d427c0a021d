import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import type { Position } from '../util/position.ts';
import { type Decrypt, isDirectory, isFile, readVarsFile, readYamlFile, varsFilesIn } from './files.ts';
import type { Role, RoleEntry, TaskNode, Vars } from './playbook.ts';
import { readRoleEntries } from './plays.ts';
import { fieldOf, nowhere, type Reading } from './reading.ts';
import { readTasks, type TaskKind } from './tasks.ts';

/** Which files of a role are wanted, where they are not `main`; from include_role's and import_role's arguments. */
export interface RoleFiles {
  readonly tasksFrom?: string | undefined;
  readonly varsFrom?: string | undefined;
  readonly defaultsFrom?: string | undefined;
  readonly handlersFrom?: string | undefined;
}

export interface RoleOptions extends RoleFiles {
  readonly decrypt?: Decrypt | undefined;
  /** What names the role, for the error when one of its files is not there. */
  readonly from?: Position | undefined;
}

/** Reads a role's folder; what is wrong is in `reading`. A file that was asked for by name must be there. */
export const readRole = (reading: Reading, path: string, options: RoleOptions = {}): Role => {
  const name = basename(path);
  const tasks = (part: string, from: string | undefined, kind: TaskKind): readonly TaskNode[] => {
    const file = partFile(reading, path, part, from, options.from);
    return file === undefined ? [] : readTaskFile(reading, file, kind, options.decrypt);
  };
  const metaFile = partFile(reading, path, 'meta', undefined, options.from);
  const meta = metaFile === undefined ? undefined : readMeta(reading, metaFile, options.decrypt);
  const specsFile = partFile(reading, path, 'meta', 'argument_specs', undefined, false);
  const specs = specsFile === undefined ? undefined : readYamlFile(reading, specsFile, options);
  return {
    name,
    path,
    tasks: tasks('tasks', options.tasksFrom, 'task'),
    handlers: tasks('handlers', options.handlersFrom, 'handler'),
    defaults: readPartVars(reading, path, 'defaults', options.defaultsFrom, options),
    vars: readPartVars(reading, path, 'vars', options.varsFrom, options),
    dependencies: meta?.dependencies ?? [],
    allowDuplicates: meta?.allowDuplicates ?? false,
    argumentSpecs: (specs instanceof Map ? specs.get('argument_specs') : undefined) ?? meta?.argumentSpecs ?? null,
  };
};

/** A file of tasks, as include_tasks and a role's tasks/ have them. */
export const readTaskFile = (
  reading: Reading,
  file: string,
  kind: TaskKind = 'task',
  decrypt?: Decrypt | undefined,
): readonly TaskNode[] => {
  const value = readYamlFile(reading, file, { decrypt });
  return value === undefined ? [] : readTasks(reading, value, { file, line: 1, column: 1 }, kind);
};

/** `defaults_from: x` and the like: the file that is meant, or undefined where the role has none and needs none. */
const partFile = (
  reading: Reading,
  path: string,
  part: string,
  from: string | undefined,
  position: Position | undefined,
  required = from !== undefined,
): string | undefined => {
  const name = from ?? 'main';
  const folder = join(path, part);
  const extensions = from === undefined ? ['.yml', '.yaml', '.json', ''] : ['', '.yml', '.yaml', '.json'];
  for (const extension of extensions) if (isFile(join(folder, name + extension))) return join(folder, name + extension);
  if (required)
    reading.error(position, `the role ${basename(path)} has no ${part}/${name}`, {
      hint: `there is none of ${extensions.map((each) => name + each).join(', ')} in ${folder}`,
    });
  return undefined;
};

/** Variables of a role may also be a folder `main/` whose files are laid one over the other. */
const readPartVars = (
  reading: Reading,
  path: string,
  part: 'defaults' | 'vars',
  from: string | undefined,
  options: RoleOptions,
): Vars => {
  const folder = join(path, part, from ?? 'main');
  if (isDirectory(folder)) {
    const parts = varsFilesIn(folder).map((file) => readVarsFile(reading, file, options));
    return parts.length === 1 ? (parts[0] as Vars) : new Map(parts.flatMap((vars) => [...vars]));
  }
  const file = partFile(reading, path, part, from, options.from);
  return file === undefined ? new Map() : readVarsFile(reading, file, options);
};

interface Meta {
  readonly dependencies: readonly RoleEntry[];
  readonly allowDuplicates: boolean;
  readonly argumentSpecs: Value;
}

const readMeta = (reading: Reading, file: string, decrypt: Decrypt | undefined): Meta | undefined => {
  const value = readYamlFile(reading, file, { decrypt });
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof Map)) {
    reading.error({ file, line: 1, column: 1 }, 'the meta data of a role is a mapping');
    return undefined;
  }
  const dependencies = value.has('dependencies') ? fieldOf(value, 'dependencies') : undefined;
  return {
    dependencies: dependencies ? readRoleEntries(reading, dependencies.value, dependencies.valuePosition) : [],
    allowDuplicates: ['true', 'yes', 'on', '1'].includes(String(value.get('allow_duplicates')).toLowerCase()),
    argumentSpecs: value.get('argument_specs') ?? null,
  };
};

/** Whether a role is named by where it is, rather than by a name or a path of this machine. */
export const isReference = (name: string): boolean => /^(?:oci:\/\/|git\+)/.test(name);

/**
 * Finds roles that plays name by where they come from (`oci://host/path@^2`), and those that such a role, whose folder is
 * `user`, depends on.
 */
export type PlayedRoles = (
  name: string,
  user: string | undefined,
) => { readonly path: string; readonly name: string } | undefined;

export interface RolePaths {
  /** Folders whose children are roles: `roles/` beside the playbook, `roles_path`, the role's own neighbours. */
  readonly roles: readonly string[];
  /** Folders that hold `ansible_collections/`. */
  readonly collections: readonly string[];
}

/**
 * The folder of the role `name`: of a collection (`ns.collection.role`), in one of the search folders, or a path. Throws a
 * UserError that lists where it looked.
 */
export const findRole = (
  written: string,
  paths: RolePaths,
  from?: Position,
  collections: readonly string[] = [],
): string => {
  const name = installedName(written);
  const tried: string[] = [];
  const look = (path: string): string | undefined => {
    tried.push(path);
    return isDirectory(path) ? path : undefined;
  };
  const inCollection = (collection: string, role: string): string | undefined => {
    const [namespace = '', inner = ''] = collection.split('.');
    for (const folder of paths.collections) {
      const found = look(join(folder, 'ansible_collections', namespace, inner, 'roles', role));
      if (found) return found;
    }
    return undefined;
  };
  const parts = name.split('.');
  let found =
    parts.length >= 3 && !name.includes('/')
      ? inCollection(parts.slice(0, 2).join('.'), parts.slice(2).join('/'))
      : undefined;
  for (const collection of collections) found ??= inCollection(collection, name);
  if (!found && name.startsWith('/')) found = look(name);
  else for (const folder of paths.roles) found ??= look(join(folder, name));
  if (found) return found;
  if (isReference(written))
    throw new UserError({
      severity: 'error',
      message: `the role ${written} is not installed, and was not brought before the run: only the run finds the file that names it`,
      position: from ?? nowhere,
      length: written.length,
      hint: `k8s-bm role add '${written}' installs it`,
    });
  const siblings = paths.roles.filter(isDirectory).flatMap((folder) => readdirSync(folder));
  const meant = nearest(name, siblings);
  throw new UserError({
    severity: 'error',
    message: `there is no role '${name}'`,
    position: from ?? nowhere,
    length: written.length,
    hint: [meant && `did you mean ${meant}?`, `looked in ${[...new Set(tried)].join(', ')}`].filter(Boolean).join(' '),
  });
};

/** What a role that is named by its address was installed as: `role` of `oci://host/role@^2`, `https://host/role.git`. */
const installedName = (written: string): string => {
  if (!/^(?:oci:\/\/|git\+|https?:\/\/|ssh:\/\/|git@)/.test(written)) return written;
  const last = written.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? written;
  return last.replace(/@[^@]*$/, '').replace(/\.(?:git|tar\.gz|tgz|tar)$/, '');
};
