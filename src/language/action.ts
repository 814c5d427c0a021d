import { type Dict, Template, type Value } from '../template/values.ts';
import { nearest } from '../util/nearest.ts';
import { type Position, positionWithin, rememberLayout } from '../util/position.ts';
import { splitKeyValue } from './key-value.ts';
import { type KeywordTable, shortName } from './keywords.ts';
import type { Field } from './playbook.ts';
import { positionOf, rememberedLike } from './positions.ts';
import { fieldOf, type Reading, reportUnknown } from './reading.ts';

/** What a task does: its module and arguments, and what `local_action` adds. */
export interface Action {
  readonly module: { readonly name: string; readonly position: Position };
  readonly args: Field;
  readonly local: boolean;
}

/**
 * Finds the module of a task: the value of `action` or `local_action`, or else the one key that is no keyword. Undefined, with
 * the reason reported, where there is none or more than one.
 */
export const readAction = (reading: Reading, task: Dict, table: KeywordTable, what: string): Action | undefined => {
  const found: Action[] = [];
  for (const name of ['action', 'local_action'] as const) {
    if (!task.has(name)) continue;
    const action = readNamed(reading, fieldOf(task, name), name === 'local_action');
    if (!action) return undefined;
    found.push(action);
  }
  const others = [...task.keys()].filter((key) => !(String(key) in table) && !String(key).startsWith('with_'));
  const modules =
    others.length > 1 && reading.modules ? others.filter((key) => reading.modules?.has(String(key))) : others;
  if (modules.length === 1 && found.length === 0) {
    const key = modules[0] as Value;
    const name = String(key);
    for (const other of others) if (other !== key) reportUnknown(reading, task, other, what, table);
    if (others.length > 1) return undefined;
    if (reading.modules && !reading.modules.has(name)) {
      reportNoModule(reading, positionOf(task, key), name, table);
      return undefined;
    }
    const field = fieldOf(task, key);
    const args = readArguments(reading, shortName(name), field, task);
    return args && { module: { name, position: field.position }, args, local: false };
  }
  if (found.length === 1 && others.length === 0) return withArgs(reading, found[0] as Action, task);
  reportChoice(reading, task, others, modules, found, table, what);
  return undefined;
};

const reportChoice = (
  reading: Reading,
  task: Dict,
  others: readonly Value[],
  modules: readonly Value[],
  found: readonly Action[],
  table: KeywordTable,
  what: string,
): void => {
  const [first] = others;
  if (first === undefined && found.length === 0) {
    reading.error(positionOf(task), `${what} names no module`, {
      hint: 'every task has one key that is a module, such as command or copy',
    });
    return;
  }
  const unknown = others.filter((key) => !modules.includes(key) || found.length > 0);
  if (reading.modules && modules.length === 0) {
    // None of them is a module: each is either a misspelt keyword or a misspelt module.
    for (const key of others) reportNoModule(reading, positionOf(task, key), String(key), table);
  } else if (modules.length > 1 || found.length > 1 || (found.length === 1 && modules.length > 0)) {
    const names = [...found.map((action) => action.module.name), ...modules.map(String)];
    const last = modules.at(-1);
    const meant = reading.modules
      ? undefined
      : others.map((key) => nearest(String(key), Object.keys(table))).find(Boolean);
    reading.error(
      last === undefined ? positionOf(task, 'local_action') : positionOf(task, last),
      `${what} names more than one module: ${names.join(', ')}`,
      {
        hint: meant ? `is one of them the keyword ${meant}?` : 'a task has one; make two tasks of it',
        length: String(last ?? '').length,
      },
    );
  } else for (const key of unknown) reportUnknown(reading, task, key, what, table);
};

const reportNoModule = (reading: Reading, position: Position | undefined, name: string, table: KeywordTable): void => {
  const keyword = nearest(name, Object.keys(table));
  const module = reading.modules?.nearest(name);
  const meant = [...new Set([module, keyword].filter((word) => word !== undefined))].join(' or ');
  reading.error(position, `there is no module '${name}'`, {
    hint: meant && `did you mean ${meant}?`,
    length: name.length,
  });
};

/** `action: copy src=a dest=b`, or a mapping with the key `module`. */
const readNamed = (reading: Reading, field: Field, local: boolean): Action | undefined => {
  const { value } = field;
  if (value instanceof Map) {
    const name = value.get('module');
    if (typeof name === 'string') {
      const inner = fieldOf(value, 'module');
      const rest: Dict = new Map([...value].filter(([key]) => key !== 'module'));
      rememberedLike(rest, value);
      const args = name.includes(' ') ? readLine(reading, inner, rest) : { ...field, value: rest };
      return args && { module: { name: name.split(' ', 1)[0] as string, position: inner.valuePosition }, args, local };
    }
  }
  const text = value instanceof Template ? value.source : value;
  const match = typeof text === 'string' ? /^\s*([\w.]+)(?:\s+([\s\S]*))?$/.exec(text) : null;
  if (!match) {
    reading.error(
      field.valuePosition,
      'an action is the name of a module and its arguments, or a mapping with the key module',
    );
    return undefined;
  }
  const name = match[1] as string;
  if (reading.modules && !reading.modules.has(name)) {
    reportNoModule(reading, field.valuePosition, name, {});
    return undefined;
  }
  const rest = match[2] ?? '';
  const start = (text as string).length - rest.length;
  const args = readText(
    reading,
    shortName(name),
    rest,
    (offset) => within(field, text as string, start + offset),
    field,
  );
  return args && { module: { name, position: field.valuePosition }, args: { ...field, value: args }, local };
};

const readLine = (reading: Reading, field: Field, rest: Dict): Field | undefined => {
  const text = String(field.value);
  const at = text.indexOf(' ');
  const args = readText(
    reading,
    text.slice(0, at),
    text.slice(at + 1),
    (offset) => within(field, text, at + 1 + offset),
    field,
  );
  return args && { ...field, value: new Map([...args, ...rest]) };
};

const readArguments = (reading: Reading, name: string, field: Field, task: Dict): Field | undefined => {
  const { value } = field;
  let args: Value;
  if (value === null) args = new Map();
  else if (value instanceof Map) args = value;
  else if (
    value instanceof Template &&
    /^\s*\{\{[\s\S]*\}\}\s*$/.test(value.source) &&
    !freeForm.has(name) &&
    !takesText.has(name)
  )
    args = new Map([['_variable_params', value]]) as Dict;
  else if (typeof value === 'string' || value instanceof Template) {
    const text = typeof value === 'string' ? value : value.source;
    const read = readText(reading, name, text, (offset) => within(field, text, offset), field);
    if (!read) return undefined;
    args = read;
  } else if (Array.isArray(value)) {
    reading.error(field.valuePosition, `the arguments of ${name} are a mapping, not a list`, {});
    return undefined;
  } else args = new Map([['_raw_params', value]]) as Dict;
  return mergeArgs(reading, { ...field, value: args }, task);
};

const withArgs = (reading: Reading, action: Action, task: Dict): Action | undefined => {
  const args = mergeArgs(reading, action.args, task);
  return args && { ...action, args };
};

/** `args:` gives what the arguments themselves leave open. */
const mergeArgs = (reading: Reading, field: Field, task: Dict): Field | undefined => {
  if (!task.has('args')) return field;
  const more = fieldOf(task, 'args');
  if (more.value === null) return field;
  const own = field.value as Dict;
  if (more.value instanceof Template)
    return { ...field, value: new Map([['_variable_params', more.value], ...own]) as Dict };
  if (!(more.value instanceof Map)) {
    reading.error(more.valuePosition, 'args takes a mapping');
    return undefined;
  }
  const merged: Dict = new Map([...more.value, ...own]);
  rememberedLike(merged, own, more.value);
  return { ...field, value: merged };
};

/** Modules whose line is a command; only these keys are options in it. */
const freeForm = new Set(['command', 'shell', 'raw', 'script', 'win_command', 'win_shell']);
const commandOptions = new Set([
  'creates',
  'removes',
  'chdir',
  'executable',
  'warn',
  'stdin',
  'stdin_add_newline',
  'strip_empty_ends',
]);

/** Modules that take a text without a key. */
const takesText = new Set([
  'include_vars',
  'include_tasks',
  'import_tasks',
  'include_role',
  'import_role',
  'meta',
  'add_host',
  'group_by',
  'set_fact',
]);

const readText = (
  reading: Reading,
  name: string,
  text: string,
  place: (offset: number) => Position,
  field: Field,
): Dict | undefined => {
  const args: Dict = new Map();
  const value = (piece: string, start: number): Value => {
    if (!/\{[{%#]/.test(piece) || !(field.value instanceof Template)) return piece;
    const position = place(start);
    rememberLayout(position, (offset) => place(start + offset));
    return new Template(piece, position);
  };
  const pieces = splitKeyValue(text);
  if (freeForm.has(name)) {
    const options = pieces?.filter((piece) => piece.key !== undefined && commandOptions.has(piece.key)) ?? [];
    let raw = text;
    // From behind, so that offsets stay true while pieces are cut out; lines stay lines.
    for (const { at, text: written } of [...options].reverse()) {
      const rest = raw.slice(at + written.length).replace(/^[ \t]+/, '');
      raw = `${raw.slice(0, at).replace(/[ \t]+$/, '')}${/^\n|^$/.test(rest) ? '' : ' '}${rest}`;
    }
    raw = raw.trim();
    for (const piece of options) args.set(piece.key as string, value(piece.value, piece.valueAt));
    if (raw) args.set('_raw_params', value(raw, Math.max(0, text.indexOf(raw))));
    return args;
  }
  if (!pieces) {
    reading.error(field.valuePosition, `a quote or brace in the arguments of ${name} is never closed`);
    return undefined;
  }
  const words = pieces.filter((piece) => piece.key === undefined);
  for (const piece of pieces) if (piece.key !== undefined) args.set(piece.key, value(piece.value, piece.valueAt));
  const [first] = words;
  if (first && !takesText.has(name)) {
    const hint = `write the arguments as ${name}: key=value, or as a mapping`;
    reading.error(place(first.valueAt), `${name} takes no text without a key`, { hint, length: first.text.length });
    return undefined;
  }
  if (first) args.set('_raw_params', value(words.map((word) => word.text).join(' '), first.valueAt));
  return args;
};

const within = (field: Field, text: string, offset: number): Position =>
  positionWithin(
    field.value instanceof Template ? (field.value.position ?? field.valuePosition) : field.valuePosition,
    text,
    offset,
  );
