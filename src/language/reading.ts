import { readdirSync, statSync } from 'node:fs';
import { parse } from 'node:path';
import { type Dict, Float, Template, type Value } from '../template/values.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import type { Position } from '../util/position.ts';
import type { KeywordTable } from './keywords.ts';
import type { Field } from './playbook.ts';
import { positionOf, valuePositionOf } from './positions.ts';

/** The modules that a task may name; the list itself is not known in this folder. */
export interface ModuleNames {
  /** Whether any collection has a module of that name, written here or not. */
  has(name: string): boolean;
  nearest(name: string): string | undefined;
}

/**
 * One reading of files into trees: what was wrong is collected, so that everything in all files is said at once. A part that
 * is wrong is left out of the tree.
 */
export class Reading {
  readonly diagnostics: Diagnostic[] = [];
  readonly modules: ModuleNames | undefined;
  readonly #own = new Set<string>();

  constructor(options: { readonly modules?: ModuleNames | undefined } = {}) {
    const { modules } = options;
    this.modules = modules && {
      has: (name) => this.#own.has(name) || modules.has(name),
      nearest: (name) => modules.nearest(name),
    };
  }

  /** The modules that a playbook or a role brings in its `library/`. */
  addLibrary(folder: string): void {
    for (const file of statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [])
      this.#own.add(parse(file).name);
  }

  error(
    position: Position | undefined,
    message: string,
    more: { readonly hint?: string | undefined; readonly length?: number | undefined } = {},
  ): void {
    this.diagnostics.push({ severity: 'error', message, position, ...more });
  }

  warn(
    position: Position | undefined,
    message: string,
    more: { readonly hint?: string | undefined; readonly length?: number | undefined } = {},
  ): void {
    this.diagnostics.push({ severity: 'warning', message, position, ...more });
  }

  get failed(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error');
  }

  /** Throws a UserError with everything that was found, if any of it is an error. */
  throwIfFailed(): void {
    if (this.failed) throw new UserError(this.diagnostics);
  }
}

/** The entry `key` of a mapping that was read, with its places. */
export const fieldOf = (map: Dict, key: Value): Field => {
  const position = positionOf(map, key) ?? nowhere;
  return { value: map.get(key) ?? null, position, valuePosition: valuePositionOf(map, key) ?? position };
};

/** For trees that no file gave (ad-hoc tasks, tests). */
export const nowhere: Position = { file: '<none>', line: 1, column: 1 };

/** Reports a key that `what` has not, with the keyword that was probably meant. */
export const reportUnknown = (
  reading: Reading,
  map: Dict,
  key: Value,
  what: string,
  table: KeywordTable,
  kind = 'a keyword',
): void => {
  const name = String(key);
  const meant = nearest(name, Object.keys(table));
  reading.error(positionOf(map, key), `'${name}' is not ${kind} of ${what}`, {
    hint: meant && `did you mean ${meant}?`,
    length: name.length,
  });
};

/** Reports a value that can't be what its keyword takes, where no template hides it. */
export const checkType = (reading: Reading, table: KeywordTable, name: string, field: Field): void => {
  const { value } = field;
  if (value === null || value instanceof Template) return;
  const wanted = table[name]?.type;
  const wrong = (is: string): void => reading.error(field.valuePosition, `${name} takes ${is}`, {});
  if (wanted === 'dict' && !(value instanceof Map)) wrong('a mapping');
  else if (wanted === 'bool' && !isBoolWord(value)) wrong('yes or no');
  else if (wanted === 'int' && !/^-?\d+$/.test(String(value))) wrong('a whole number');
  else if (wanted === 'float' && !(value instanceof Float) && Number.isNaN(Number(String(value).trim() || 'x')))
    wrong('a number');
  else if (wanted === 'percent' && !/^\d+(\.\d+)?%?$/.test(String(value))) wrong('a number or a percentage');
  else if (wanted === 'string' && (value instanceof Map || Array.isArray(value))) wrong('a text');
  else if (wanted === 'conditions' && value instanceof Map) wrong('a condition or a list of conditions');
};

const boolWords = new Set(['y', 'yes', 'on', '1', 'true', 't', 'n', 'no', 'off', '0', 'false', 'f']);
const isBoolWord = (value: Value): boolean => boolWords.has(String(value).toLowerCase());
