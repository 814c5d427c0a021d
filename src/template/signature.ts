import { TemplateError } from './template-error.ts';
import { Float, Undefined, type Value } from './values.ts';

/** The parameters of a plugin, and how arguments are laid on them. */
export interface Signature {
  readonly names: readonly string[];
  /** JavaScript's undefined where the parameter must be given. */
  readonly defaults: readonly (Value | undefined)[];
  readonly rest: boolean;
  readonly named: boolean;
}

/** What an optional parameter holds where `=missing` stands in the signature and nothing was given. */
export const missing = new Undefined('', 'this argument was not given');

export const parseSignature = (text: string): Signature => {
  const names: string[] = [];
  const defaults: (Value | undefined)[] = [];
  let [rest, named] = [false, false];
  for (const parameter of text.match(/[^\s,='][^,=']*(?:=(?:'[^']*'|[^,]*))?/g) ?? []) {
    if (parameter.startsWith('**')) named = true;
    else if (parameter.startsWith('*')) rest = true;
    else {
      const at = parameter.indexOf('=');
      names.push(at < 0 ? parameter : parameter.slice(0, at));
      defaults.push(at < 0 ? undefined : constant(parameter.slice(at + 1)));
    }
  }
  return { names, defaults, rest, named };
};

const constants: Record<string, Value> = { None: null, True: true, False: false, missing };

const constant = (text: string): Value => {
  if (text in constants) return constants[text] as Value;
  if (/^-?\d+$/.test(text)) return Number(text);
  if (/^-?\d*\.\d+$/.test(text)) return new Float(Number(text));
  return text.slice(1, -1).replaceAll('\\n', '\n');
};

/** The arguments in the order of the parameters. Throws what Python says of too many, unknown or missing ones. */
export const bind = (
  signature: Signature,
  name: string,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Value[] => {
  const { names, defaults } = signature;
  const values: (Value | undefined)[] = positional.slice(0, names.length);
  if (positional.length > names.length && !signature.rest) {
    throw new TemplateError(`${name} takes ${names.length} arguments at most, but ${positional.length} were given`);
  }
  const more = signature.named ? new Map<Value, Value>() : undefined;
  for (const [key, value] of named) {
    const index = names.indexOf(key);
    if (index >= 0 && values[index] !== undefined) throw new TemplateError(`${name} got '${key}' twice`);
    if (index >= 0) values[index] = value;
    else if (more) more.set(key, value);
    else throw new TemplateError(`${name} has no argument '${key}'`, { hint: `it takes ${names.join(', ')}` });
  }
  for (let index = 0; index < names.length; index++) {
    if (values[index] !== undefined) continue;
    const fallback = defaults[index];
    if (fallback === undefined) throw new TemplateError(`${name} needs the argument '${names[index]}'`);
    values[index] = fallback;
  }
  if (signature.rest) values.push(positional.slice(names.length));
  if (more) values.push(more);
  return values as Value[];
};
