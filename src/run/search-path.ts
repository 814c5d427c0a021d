import { statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ModuleFailure } from '../modules/module.ts';
import type { RoleInstance } from './tree.ts';

/** Where a task's relative file names are looked for: its role, the roles that led to it, its own folder, the playbook's. */
export const searchPath = (role: RoleInstance | undefined, file: string, playbookDir: string): readonly string[] => {
  const roles = role ? [role.path, ...(role.use.parents ?? []).map((parent) => parent.role.path).reverse()] : [];
  return [...new Set([...roles, dirname(file), playbookDir])];
};

/** The file `name` in `kind` of one of the folders, or beside it. Throws a ModuleFailure that lists where it looked. */
export const findFile = (kind: string, name: string, folders: readonly string[]): string => {
  const tried = isAbsolute(name) ? [name] : folders.flatMap((dir) => [join(dir, kind, name), join(dir, name)]);
  const found = tried.find((path) => statSync(path, { throwIfNoEntry: false }));
  if (found !== undefined) return name.endsWith('/') && !found.endsWith('/') ? `${found}/` : found;
  throw new ModuleFailure(
    `Could not find or access '${name}' on the controller; looked for:\n${tried.map((path) => `  ${path}`).join('\n')}`,
  );
};
