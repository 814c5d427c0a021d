import { resolve } from 'node:path';
import { type Decrypt, readVarsFile, varsOf } from '../language/files.ts';
import { splitKeyValue } from '../language/key-value.ts';
import type { Vars } from '../language/playbook.ts';
import { Reading } from '../language/reading.ts';
import { loadYaml } from '../language/yaml.ts';
import { Template, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';

/**
 * `-e`: `name=value name=value` (all text), a mapping in YAML or JSON, or `@FILE`; later ones win. Throws a UserError for what
 * is none of these.
 */
export const readExtraVars = (
  texts: readonly string[],
  workingDirectory: string,
  decrypt?: Decrypt | undefined,
): Vars => {
  const vars = new Map<string, Value>();
  for (const text of texts)
    for (const [name, value] of readOne(text.trim(), workingDirectory, decrypt)) vars.set(name, value);
  return vars;
};

const readOne = (text: string, workingDirectory: string, decrypt: Decrypt | undefined): Vars => {
  if (text.startsWith('@')) {
    const reading = new Reading();
    const vars = readVarsFile(reading, resolve(workingDirectory, text.slice(1)), { decrypt });
    reading.throwIfFailed();
    return vars;
  }
  if (/^[{[]/.test(text) && !/^\{[{%#]/.test(text)) {
    const { documents, diagnostics } = loadYaml(text, '-e');
    if (diagnostics.some(({ severity }) => severity === 'error')) throw new UserError(diagnostics);
    const [document] = documents;
    if (document instanceof Map) return varsOf(document);
  }
  const pieces = splitKeyValue(text);
  if (!pieces || pieces.some(({ key }) => key === undefined)) {
    throw new UserError({
      severity: 'error',
      message: `-e ${JSON.stringify(text)} can't be read`,
      hint: "write -e name=value, -e '{name: value}' or -e @FILE",
    });
  }
  return new Map(
    pieces.map(({ key, value }) => [key as string, /\{[{%#]/.test(value) ? new Template(value) : value] as const),
  );
};
