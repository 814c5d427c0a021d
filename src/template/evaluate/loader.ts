import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { decode } from '../../util/bytes.ts';
import { toText } from '../python/text.ts';
import { oneSyntax, type Syntax } from '../syntax/delimiters.ts';
import type { Origin } from '../template-error.ts';
import type { Scope } from '../values.ts';
import { compileTemplate, type Unit } from './unit.ts';

/** Where `include`, `import` and `extends` look: the given path, else the task's, and beside the template that asks. */
export const searchPathOf = (given: readonly string[] | undefined, origin: Origin, scope: Scope): readonly string[] => {
  const beside = origin.position ? [dirname(origin.position.file)] : [];
  if (given) return [...new Set([...given, ...beside])];
  const folders = taskFolders(scope);
  return [...new Set([...folders.flatMap((folder) => [join(folder, 'templates'), folder]), ...beside])];
};

/** The folders in which a task's relative paths are looked up, in order: Ansible's `ansible_search_path`. */
export const taskFolders = (scope: Scope): readonly string[] => {
  const path = scope.get('ansible_search_path');
  if (Array.isArray(path) && path.length > 0) return path.map(toText);
  return ['role_path', 'playbook_dir'].map((name) => scope.get(name)).filter((folder) => typeof folder === 'string');
};

export const loadTemplate = (
  name: string,
  searchPath: readonly string[],
  syntax: Syntax,
): { unit: Unit; file: string } | undefined => {
  for (const file of isAbsolute(name) ? [name] : searchPath.map((folder) => join(folder, name))) {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    const text = decode(readFileSync(file));
    return { unit: compileTemplate(text, oneSyntax({ ...syntax, literalBackslashes: false })), file };
  }
  return undefined;
};
