import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Dict, Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import type { Vars } from './playbook.ts';
import type { Reading } from './reading.ts';
import { loadYaml } from './yaml.ts';

/** Turns the text of a file that is vaulted as a whole into what it holds; see `secrets/vault.ts`. */
export type Decrypt = (ciphertext: string, file: string) => string;

/** The extensions of files with variables, in the order in which they are looked for. */
export const variableExtensions: readonly string[] = ['', '.yml', '.yaml', '.json'];

/** A YAML or JSON file's one document; undefined, with the reason reported, where it can't be read. */
export const readYamlFile = (
  reading: Reading,
  file: string,
  options: { readonly decrypt?: Decrypt | undefined; readonly from?: Position | undefined } = {},
): Value | undefined => {
  let text: string;
  try {
    text = readText(file, options.decrypt);
  } catch (error) {
    if (error instanceof UserError) reading.diagnostics.push(...error.diagnostics);
    else reading.error(options.from, `can't read ${file}: ${reasonOf(error)}`);
    return undefined;
  }
  const { documents, diagnostics } = loadYaml(text, file);
  reading.diagnostics.push(...diagnostics);
  if (documents.length > 1)
    reading.error({ file, line: 1, column: 1 }, `${file} holds ${documents.length} documents; one is wanted`, {
      hint: 'remove the lines --- between them',
    });
  return diagnostics.some(({ severity }) => severity === 'error') ? undefined : documents[0];
};

/** A file of variables: a mapping with names as keys. An empty file has none. */
export const readVarsFile = (
  reading: Reading,
  file: string,
  options: { readonly decrypt?: Decrypt | undefined; readonly from?: Position | undefined } = {},
): Vars => {
  const value = readYamlFile(reading, file, options);
  if (value === undefined || value === null) return new Map();
  if (!(value instanceof Map)) {
    reading.error({ file, line: 1, column: 1 }, `${file} must hold a mapping of variables`);
    return new Map();
  }
  return varsOf(value);
};

/** A mapping as variables: the same object while all keys are texts, so that its names keep their places. */
export const varsOf = (map: Dict): Vars => {
  for (const key of map.keys())
    if (typeof key !== 'string') return new Map([...map].map(([name, value]) => [String(name), value]));
  return map as ReadonlyMap<Value, Value> as Vars;
};

/** All files of variables in a folder and below it, in the order of their names; hidden and backup files are left out. */
export const varsFilesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !name.endsWith('~'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      const directory = entry.isSymbolicLink() ? isDirectory(path) : entry.isDirectory();
      if (directory) return varsFilesIn(path);
      return variableExtensions.includes(extname(entry.name)) ? [path] : [];
    });

export const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
export const isFile = (path: string): boolean => {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isDirectory();
};

const readText = (file: string, decrypt: Decrypt | undefined): string => {
  const text = readFileSync(file, 'utf8');
  if (!text.startsWith('$ANSIBLE_VAULT;')) return text;
  if (!decrypt)
    throw new UserError({
      severity: 'error',
      message: `${file} is vaulted and no vault password was given`,
      hint: 'add --ask-vault-pass or --vault-password-file FILE',
    });
  return decrypt(text, file);
};

const reasonOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code;
  const words: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'no permission',
    EISDIR: 'it is a folder',
  };
  return words[code ?? ''] ?? (error as Error).message;
};
