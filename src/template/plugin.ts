import { parseSignature, type Signature } from './signature.ts';
import type { Surroundings } from './surroundings.ts';
import type { Scope, Value } from './values.ts';

/** What a filter, a test, a lookup or a global function may ask of the template that uses it. */
export interface Context {
  readonly scope: Scope;
  readonly surroundings: Surroundings;
  /** Applies a filter by its name, as `map('upper')` does. */
  filter(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): Value;
  /** Applies a test by its name, as `select('odd')` does. */
  test(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): boolean;
  /** The items that a lookup finds for `terms`. */
  lookup(name: string, terms: readonly Value[], named: ReadonlyMap<string, Value>): readonly Value[];
  /** `value.name` or `value[key]`, with a template in it rendered; an Undefined where there is none. */
  member(value: Value, key: Value): Value;
  /** The value of a variable, rendered; JavaScript's undefined where there is none. */
  variable(name: string): Value | undefined;
  /** Throws PendingTouched where the engine looks ahead and must not see an answer that may differ at the task's turn. */
  refuse(name: string): void;
  /** Renders templates deeply inside a value that a trusted file holds. */
  settle(value: Value): Value;
  /** Renders the text of a trusted file, with more names beside those of the scope. */
  renderText(text: string, file: string, more: ReadonlyMap<string, Value>, options?: RenderTextOptions): Value;
}

export interface RenderTextOptions {
  readonly literalBackslashes?: boolean;
  readonly trimBlocks?: boolean;
  readonly lstripBlocks?: boolean;
  readonly variableStart?: string | undefined;
  readonly variableEnd?: string | undefined;
  readonly commentStart?: string | undefined;
  readonly commentEnd?: string | undefined;
}

type Apply = (context: Context, ...values: Value[]) => Value;

/** A filter, a test, a lookup or a global function. */
export interface Plugin {
  readonly signature: Signature;
  readonly apply: Apply;
  /** The answer may differ next time, for the same arguments. */
  readonly impure: boolean;
  /** Undefined values are handed over; otherwise one among the arguments is the result. */
  readonly takesUndefined: boolean;
}

/**
 * Makes a plugin of a function. `signature` lists its parameters as Python would, after the input of a filter or test:
 * `'text, width=4, first=False'`; `*rest` arrives as an array, `**named` as a Map, and `=missing` as an Undefined.
 */
export const plugin = (
  signature: string,
  apply: Apply,
  options: { impure?: boolean; takesUndefined?: boolean } = {},
): Plugin => ({
  signature: parseSignature(signature),
  apply,
  impure: options.impure ?? false,
  takesUndefined: options.takesUndefined ?? false,
});
