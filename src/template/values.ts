import type { Position } from '../util/position.ts';
import type { Origin } from './template-error.ts';

/**
 * Python's values in JavaScript: what YAML holds, what templates compute, what modules take and return.
 *
 * | Python | here |
 * |---|---|
 * | `None`, `bool`, `str` | `null`, `boolean`, `string` (bytes that are not UTF-8 as `util/bytes.ts` escapes them) |
 * | `int` | an integral `number` where it is safe, else `bigint` |
 * | `float` | `Float`, always, so that `1.0` stays a float and prints as one |
 * | `list`, `tuple` | `Array`, `Tuple` |
 * | `dict` | `Map`, which keeps the order of insertion and the type of its keys |
 *
 * A `Template` is a string that a trusted file holds and that has not been rendered yet; it stands wherever a value may.
 * What rendering yields, facts, results of modules and `!unsafe` strings are plain strings and are never rendered again.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | Template
  | Vaulted
  | Undefined
  | Value[]
  | Dict
  | Callable
  | Opaque;

export type Dict = Map<Value, Value>;

/** Python's `float`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  valueOf(): number {
    return this.value;
  }
  toJSON(): number {
    return this.value;
  }
}

/** Python's `tuple`: a list that cannot change and prints with parentheses. */
export class Tuple extends Array<Value> {}

/** Text from a trusted file with `{{`, `{%` or `{#` in it, and where it stands. */
export class Template {
  readonly source: string;
  readonly position: Position | undefined;
  constructor(source: string, position?: Position) {
    this.source = source;
    this.position = position;
  }
}

/** The ciphertext of a `!vault` scalar; decrypted when it is first used, and then never shown. */
export class Vaulted {
  readonly ciphertext: string;
  readonly position: Position | undefined;
  constructor(ciphertext: string, position?: Position) {
    this.ciphertext = ciphertext;
    this.position = position;
  }
}

/**
 * Jinja2's StrictUndefined: may be tested and defaulted, and so may its attributes; any other use is an error that tells
 * `reason` and points to where the missing name stands.
 */
export class Undefined {
  readonly name: string;
  readonly reason: string;
  readonly origin: Origin | undefined;
  readonly at: number;
  readonly length: number;
  constructor(name: string, reason: string, origin?: Origin, at = 0, length = 1) {
    this.name = name;
    this.reason = reason;
    this.origin = origin;
    this.at = at;
    this.length = length;
  }
}

/** A function that templates can call: a macro, a global, a bound method. */
export class Callable {
  readonly name: string;
  readonly call: (positional: Value[], named: Map<string, Value>) => Value;
  constructor(name: string, call: (positional: Value[], named: Map<string, Value>) => Value) {
    this.name = name;
    this.call = call;
  }
  /** Its attributes, where it has any. */
  member(_name: Value): Value | undefined {
    return undefined;
  }
}

/**
 * An object with attributes that are computed when asked for: `hostvars`, `loop`, a namespace, a module of macros.
 * `get` answers undefined (JavaScript's) for what it has not.
 */
export abstract class Opaque {
  abstract readonly typeName: string;
  abstract get(key: Value): Value | undefined;
  /** The keys, where the object is a mapping that can be walked. */
  keys?(): Value[];
  set?(key: Value, value: Value): void;
  /** What Python prints for it. */
  text?(): string;
  /** Its order against another object; undefined where they have none. */
  compare?(other: Opaque): number | undefined;
  /** The result of `this operator other`, where there is one. */
  operate?(operator: string, other: Value): Value | undefined;
}

/** The special value of the variable `omit`: a module's argument with this value was not given. */
export class Omit extends Opaque {
  readonly typeName = 'omit';
  get(): undefined {
    return undefined;
  }
}
export const omit = new Omit();

/**
 * Thrown by a scope when an expression touches what an unfinished task will set. The engine catches it where it looks
 * ahead and waits; it is never shown to a user.
 */
export class PendingTouched extends Error {
  readonly variable: string;
  constructor(variable: string) {
    super(`${variable} is not known yet`);
    this.variable = variable;
  }
}

/** The names that an expression can see. Values are handed out as they stand in their layer: the caller renders Templates. */
export interface Scope {
  /** JavaScript's undefined where there is no such name. Throws PendingTouched where the value is not known yet. */
  get(name: string): Value | undefined;
  has(name: string): boolean;
  names(): Iterable<string>;
}
