import { joined } from '../inventory/host-layers.ts';
import { type Decrypt, readVarsFile, varsOf } from '../language/files.ts';
import { splitKeyValue } from '../language/key-value.ts';
import type { Vars } from '../language/playbook.ts';
import { Reading } from '../language/reading.ts';
import { loadYaml } from '../language/yaml.ts';
import { Template, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';

/**
 * All `-e` options laid together, later ones stronger: `key=value …` (values are texts), a JSON or YAML mapping, or `@FILE`.
 * Throws a UserError for what is none of them.
 */
export const readExtraVars = (
  options: readonly string[],
  settings: { readonly decrypt?: Decrypt | undefined; readonly mergeHashes?: boolean | undefined } = {},
): Vars => {
  const parts = options.map((option) => readOne(option.trim(), settings.decrypt));
  if (parts.length === 1) return parts[0] as Vars;
  const all = new Map<string, Value>();
  for (const part of parts)
    for (const [name, value] of part) {
      const before = settings.mergeHashes ? all.get(name) : undefined;
      all.set(name, before === undefined ? value : joined(before, value));
    }
  return all;
};

const readOne = (option: string, decrypt: Decrypt | undefined): Vars => {
  if (option.startsWith('@')) {
    const reading = new Reading();
    const vars = readVarsFile(reading, option.slice(1), { decrypt });
    reading.throwIfFailed();
    return vars;
  }
  if (/^[[{/.]/.test(option)) {
    const { documents, diagnostics } = loadYaml(option, '-e');
    const [value] = documents;
    if (diagnostics.some(({ severity }) => severity === 'error') || !(value instanceof Map))
      throw problem(
        `-e ${option} is no mapping`,
        /^[/.]/.test(option) ? `to read a file, write -e @${option}` : 'quote it for the shell, and check the braces',
      );
    return varsOf(value);
  }
  const vars = new Map<string, Value>();
  for (const { key, value, text } of splitKeyValue(option) ?? []) {
    if (key === undefined)
      throw problem(`-e ${option}: ${text} has no value`, 'write name=value, a JSON mapping, or @FILE');
    vars.set(key, /\{[{%#]/.test(value) ? new Template(value) : value);
  }
  if (vars.size === 0 && option !== '') throw problem(`-e ${option} is not closed`, 'check the quotes and braces');
  return vars;
};

const problem = (message: string, hint: string): UserError => new UserError({ severity: 'error', message, hint });
