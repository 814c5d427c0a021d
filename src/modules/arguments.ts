import { type Dict, Omit, Template, Undefined, type Value, Vaulted } from '../template/values.ts';
import { nearest } from '../util/nearest.ts';
import { asText, coerce } from './coerce.ts';
import {
  type Arguments,
  type Constraints,
  type Module,
  ModuleFailure,
  type Option,
  type OptionTable,
} from './module.ts';

/** What is wrong with one argument, or with them together (`option` absent); the caller knows where it stands. */
export interface ArgumentProblem {
  readonly option?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

/**
 * Rendered arguments, checked against a module's options and made what they declare: aliases resolved, defaults filled in,
 * types converted, `omit` and empty optional ones dropped; `_raw_params`, the text of a one-line form, is the option that
 * the module names as its `freeForm`. Throws ModuleFailure with all that is wrong, as ansible-core words it.
 */
export const readArguments = (module: Module, raw: ReadonlyMap<Value, Value>): Arguments => {
  const problems: ArgumentProblem[] = [];
  const args = readTable(module.options, raw, problems, rulesOf(module));
  if (problems.length === 0) checkConstraints(module.constraints, args, problems);
  if (problems.length > 0) {
    throw new ModuleFailure(
      problems.map((problem) => (problem.hint ? `${problem.message} (${problem.hint})` : problem.message)).join('\n'),
    );
  }
  return args;
};

/**
 * What can be said of arguments before any template is rendered: unknown and missing options, wrong types and choices
 * where the value is plain. Never throws.
 */
export const checkArguments = (module: Module, raw: ReadonlyMap<Value, Value>): readonly ArgumentProblem[] => {
  const problems: ArgumentProblem[] = [];
  const args = readTable(module.options, raw, problems, rulesOf(module));
  if (problems.length === 0 && ![...raw.values()].some(unknowable))
    checkConstraints(module.constraints, args, problems);
  return problems;
};

const rulesOf = (module: Module): TableRules => ({
  openEnded: module.kind === 'control' && module.openEnded === true,
  freeForm: module.freeForm,
  supported: `Unsupported parameters for (${module.name}) module`,
  where: '',
  exclusive: module.constraints?.mutuallyExclusive ?? [],
});

interface TableRules {
  readonly openEnded: boolean;
  readonly freeForm: string | undefined;
  readonly supported: string;
  readonly where: string;
  readonly exclusive?: readonly (readonly string[])[] | undefined;
}

const readTable = (
  table: OptionTable,
  raw: ReadonlyMap<Value, Value>,
  problems: ArgumentProblem[],
  rules: TableRules,
): Map<string, Value> => {
  const canonical = canonicalNames(table);
  const args = new Map<string, Value>();
  for (const [key, value] of raw) {
    if (value instanceof Omit) continue;
    const word = key === '_raw_params' && rules.freeForm ? rules.freeForm : asText(key);
    const name = canonical.get(word) ?? word;
    const option = table[name];
    if (!option) {
      if (rules.openEnded) args.set(name, value);
      else problems.push(unsupported(name, table, rules));
    } else if (value !== null || option.type === 'raw') {
      // An alias never takes the place of the option's own name, whichever comes first.
      if (args.has(name) && word !== name) continue;
      args.set(name, readOption(name, option, value, problems, rules));
    } else if (option.required && option.default === undefined) {
      problems.push({ option: name, message: `${rules.where}${name} is required and has no value` });
    }
  }
  // Before defaults are filled in: what nobody wrote excludes nothing.
  for (const names of rules.exclusive ?? [])
    if (names.filter((name) => args.has(name)).length > 1)
      problems.push({ message: `parameters are mutually exclusive: ${names.join('|')}` });
  for (const [name, option] of Object.entries(table))
    if (!args.has(name) && option.default !== undefined) args.set(name, option.default);
  const missing = Object.entries(table).filter(([name, option]) => option.required && !args.has(name));
  if (missing.length > 0 && !problems.some((problem) => missing.some(([name]) => name === problem.option))) {
    const names = missing.map(([name]) => name).join(', ');
    problems.push({
      message: `missing required arguments: ${names}${rules.where && ` found in ${rules.where.slice(0, -1)}`}`,
    });
  }
  return args;
};

const readOption = (
  name: string,
  option: Option,
  given: Value,
  problems: ArgumentProblem[],
  rules: TableRules,
): Value => {
  if (unknowable(given)) return given;
  const convert = (value: Value, type: Option['type'], what: string): Value => {
    try {
      return coerce(value, type);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const shown = option.noLog ? 'its value' : error.message;
      problems.push({
        option: name,
        message: `${what} is of type ${typeName(value)} and we were unable to convert to ${type}: ${shown}`,
      });
      return value;
    }
  };
  let value = convert(given, option.type, `argument '${rules.where}${name}'`);
  if (option.type === 'list' && Array.isArray(value)) {
    const elements = option.elements;
    if (elements) {
      value = value.map((item) =>
        unknowable(item) ? item : convert(item, elements, `Elements value for option '${rules.where}${name}'`),
      );
    }
    if (option.choices) for (const item of value as Value[]) checkChoice(name, option, item, problems, rules);
  } else checkChoice(name, option, value, problems, rules);
  return option.options ? readInner(name, option.options, value, problems, rules) : value;
};

const readInner = (
  name: string,
  table: OptionTable,
  value: Value,
  problems: ArgumentProblem[],
  rules: TableRules,
): Value => {
  const inner = (item: Value): Value =>
    item instanceof Map
      ? (readTable(table, item, problems, {
          ...rules,
          openEnded: false,
          freeForm: undefined,
          where: `${rules.where}${name}.`,
        }) as Dict)
      : item;
  return Array.isArray(value) ? value.map(inner) : inner(value);
};

const checkChoice = (
  name: string,
  option: Option,
  value: Value,
  problems: ArgumentProblem[],
  rules: TableRules,
): void => {
  if (!option.choices || unknowable(value)) return;
  if (option.choices.includes(value)) return;
  const words = option.choices.map(asText);
  const found = asText(value);
  const meant = nearest(found, words);
  problems.push({
    option: name,
    message: `value of ${rules.where}${name} must be one of: ${words.join(', ')}, got: ${found}`,
    hint: meant && `did you mean ${meant}?`,
  });
};

const unsupported = (name: string, table: OptionTable, rules: TableRules): ArgumentProblem => {
  const names = Object.keys(table).sort();
  const aliases = names.flatMap((each) => table[each]?.aliases ?? []);
  const meant = nearest(name, [...names, ...aliases]);
  const supported = names.map((each) => {
    const others = table[each]?.aliases ?? [];
    return others.length > 0 ? `${each} (${others.join(', ')})` : each;
  });
  return {
    option: name,
    message: `${rules.supported}: ${rules.where}${name}. Supported parameters include: ${supported.join(', ')}.`,
    hint: meant && `did you mean ${meant}?`,
  };
};

const checkConstraints = (
  rules: Constraints | undefined,
  args: ReadonlyMap<string, Value>,
  problems: ArgumentProblem[],
): void => {
  const has = (name: string): boolean => args.has(name);
  for (const names of rules?.requiredTogether ?? [])
    if (names.some(has) && !names.every(has))
      problems.push({ message: `parameters are required together: ${names.join(', ')}` });
  for (const names of rules?.requiredOneOf ?? [])
    if (!names.some(has)) problems.push({ message: `one of the following is required: ${names.join(', ')}` });
  for (const [option, value, names] of rules?.requiredIf ?? []) {
    const missing = names.filter((name) => !has(name));
    if (missing.length > 0 && args.get(option) === value)
      problems.push({
        message: `${option} is ${asText(value)} but all of the following are missing: ${missing.join(', ')}`,
      });
  }
};

const canonicalCache = new WeakMap<OptionTable, ReadonlyMap<string, string>>();

const canonicalNames = (table: OptionTable): ReadonlyMap<string, string> => {
  const known = canonicalCache.get(table);
  if (known) return known;
  const names = new Map<string, string>();
  for (const [name, option] of Object.entries(table)) for (const alias of option.aliases ?? []) names.set(alias, name);
  canonicalCache.set(table, names);
  return names;
};

/** A value that only rendering will tell. */
const unknowable = (value: Value): boolean =>
  value instanceof Template || value instanceof Vaulted || value instanceof Undefined;

const typeName = (value: Value): string => {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'dict';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  return typeof value === 'number' || typeof value === 'bigint' ? 'int' : 'float';
};
