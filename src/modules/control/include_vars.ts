import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { loadYaml } from '../../language/yaml.ts';
import { compileRegex } from '../../template/python/regex.ts';
import type { Dict, Value } from '../../template/values.ts';
import { decode } from '../../util/bytes.ts';
import { UserError } from '../../util/diagnostic.ts';
import { asText } from '../coerce.ts';
import { type Arguments, type ControlContext, defineControl, ModuleFailure } from '../module.ts';
import { flag, number, result, text, texts } from '../read.ts';

/** Reads variables of a file, or of the files of a directory, while the play runs. */
export const include_vars = defineControl({
  name: 'include_vars',
  summary: 'Read variables from files',
  freeForm: 'file',
  options: {
    file: { type: 'path', description: 'The file: a path, or a name in vars/.' },
    dir: { type: 'path', description: 'A directory whose files are read in the order of their names.' },
    name: { type: 'str', description: 'The variable that takes all of them in, as a mapping.' },
    depth: { type: 'int', default: 0, description: 'How many levels of the directory are read; 0 is all.' },
    files_matching: { type: 'str', description: "What a file's name has to match (Python)." },
    ignore_files: { type: 'list', elements: 'str', description: 'Names, as patterns (Python), of files to leave out.' },
    extensions: {
      type: 'list',
      elements: 'str',
      default: ['json', 'yaml', 'yml'],
      description: 'Which files of the directory are read.',
    },
    ignore_unknown_extensions: {
      type: 'bool',
      default: false,
      description: 'Whether files of other kinds are passed over.',
    },
    hash_behaviour: {
      type: 'str',
      choices: ['replace', 'merge'],
      description: 'Whether mappings are merged with those that are there.',
    },
  },
  constraints: { mutuallyExclusive: [['file', 'dir']], requiredOneOf: [['file', 'dir']] },
  run: (args, context) => {
    const files: string[] = [];
    let vars: Dict = new Map();
    for (const file of filesOf(args, context)) {
      if (file instanceof Unreadable) throw file.failure(files);
      files.push(file);
      for (const [name, value] of readVars(file, context)) vars.set(name, value);
    }
    if (text(args, 'hash_behaviour') === 'merge')
      vars = new Map([...vars].map(([name, value]) => [name, merged(context.variable(asText(name)), value)]));
    const name = text(args, 'name');
    return result({
      changed: false,
      ansible_facts: name === undefined ? vars : new Map<Value, Value>([[name, vars]]),
      ansible_included_var_files: files,
    });
  },
});

/** A file in the directory that is of no kind that is to be read. */
class Unreadable {
  readonly #why: string;
  constructor(path: string, extensions: readonly string[]) {
    this.#why = `'${path}' does not have a valid extension: ${extensions.join(', ')}`;
  }
  /** Nothing of what was read before it counts. */
  failure(before: readonly string[]): ModuleFailure {
    return new ModuleFailure(this.#why, [
      ['ansible_facts', new Map()],
      ['ansible_included_var_files', [...before]],
      ['message', this.#why],
    ]);
  }
}

const filesOf = (args: Arguments, context: ControlContext): readonly (string | Unreadable)[] => {
  const file = text(args, 'file');
  if (file !== undefined) return [context.findFile('vars', file)];
  const directory = context.findFile('vars', text(args, 'dir') as string);
  if (!statSync(directory).isDirectory()) throw new ModuleFailure(`${directory} is not a directory`);
  const pattern = text(args, 'files_matching');
  const matching = pattern === undefined ? undefined : compileRegex(pattern);
  const ignored = texts(args, 'ignore_files').map((each) => compileRegex(`\\A(?:${each})\\Z`));
  const extensions = texts(args, 'extensions');
  return below(directory, number(args, 'depth') || Number.POSITIVE_INFINITY).flatMap(
    (path): (string | Unreadable)[] => {
      const name = basename(path);
      if (matching && !matches(matching, name)) return [];
      if (ignored.some((each) => matches(each, name))) return [];
      if (extensions.includes(extname(name).slice(1))) return [path];
      return flag(args, 'ignore_unknown_extensions') || matching ? [] : [new Unreadable(path, extensions)];
    },
  );
};

const below = (directory: string, depth: number): string[] => {
  if (depth < 1) return [];
  const entries = readdirSync(directory)
    .sort()
    .map((name) => join(directory, name));
  const folders = entries.filter((path) => statSync(path).isDirectory());
  return [...entries.filter((path) => !folders.includes(path)), ...folders.flatMap((path) => below(path, depth - 1))];
};

const readVars = (file: string, context: ControlContext): Dict => {
  const { documents, diagnostics } = loadYaml(decode(context.readFile(file)), file);
  const errors = diagnostics.filter((each) => each.severity === 'error');
  if (errors.length > 0) throw new UserError(errors);
  const vars = documents[0] ?? new Map();
  if (!(vars instanceof Map)) throw new ModuleFailure(`${file} must be stored as a dictionary/hash`);
  return vars;
};

const merged = (old: Value | undefined, now: Value): Value => {
  if (!(old instanceof Map) || !(now instanceof Map)) return now;
  const all: Dict = new Map(old);
  for (const [key, value] of now) all.set(key, merged(old.get(key), value));
  return all;
};

const matches = (regex: RegExp, name: string): boolean => {
  regex.lastIndex = 0;
  return regex.test(name);
};
