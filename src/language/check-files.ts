import { dirname, isAbsolute, join } from 'node:path';
import { isFile } from './files.ts';

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
