import { dirname, isAbsolute, join } from 'node:path';
import type { Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { isFile } from './files.ts';
import { findRole, type RoleFiles } from './roles.ts';

/** Whose files are meant: a role's, where a task is in one, then those beside the playbook. */
export interface Around {
  readonly playbookDir: string;
  readonly role: string | undefined;
}

/** Where the file that a task includes may be: beside the including file, in the role's tasks, beside the playbook. */
export const taskFileCandidates = (
  name: string,
  includer: string,
  { role, playbookDir }: Around,
): readonly string[] => {
  const folders = [dirname(includer), ...(role ? [join(role, 'tasks')] : []), playbookDir];
  return isAbsolute(name) ? [name] : [...new Set(folders.map((folder) => join(folder, name)))];
};

/** The folder of a role, or the UserError that says where it was looked for. */
export const findRoleNear = (
  name: string,
  position: Position,
  { role, playbookDir }: Around,
  {
    rolesPath,
    collectionsPath,
  }: { readonly rolesPath: readonly string[]; readonly collectionsPath: readonly string[] },
): string | UserError => {
  const roles = [join(playbookDir, 'roles'), ...(role ? [dirname(role)] : []), ...rolesPath, playbookDir];
  try {
    return findRole(name, { roles, collections: collectionsPath }, position);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
};

/** Which files of a role its user names in words. */
export const roleFilesOf = (args: ReadonlyMap<Value, Value>): RoleFiles => {
  const from = (name: string): string | undefined => {
    const value = args.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    tasksFrom: from('tasks_from'),
    varsFrom: from('vars_from'),
    defaultsFrom: from('defaults_from'),
    handlersFrom: from('handlers_from'),
  };
};

/** A file in `vars/` or `templates/` of the role or beside the playbook, or right there. */
export const findNear = (
  kind: 'vars' | 'templates',
  name: string,
  { role, playbookDir }: Around,
): string | undefined => {
  const bases = [...(role ? [role] : []), playbookDir];
  const candidates = isAbsolute(name) ? [name] : bases.flatMap((base) => [join(base, kind, name), join(base, name)]);
  return candidates.find(isFile);
};
