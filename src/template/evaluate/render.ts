import { filters } from '../filters/list.ts';
import { constants, globals } from '../globals/list.ts';
import { lookups } from '../lookups/list.ts';
import { resolvePlugin, unknownPlugin } from '../names.ts';
import type { Context, RenderTextOptions } from '../plugin.ts';
import { getAttribute, getItem, missingMember } from '../python/attribute.ts';
import { truthy } from '../python/truth.ts';
import { typeName } from '../python/type-name.ts';
import { undefinedError } from '../python/undefined.ts';
import { bind } from '../signature.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Syntax } from '../syntax/delimiters.ts';
import type { Origin } from '../template-error.ts';
import { tests } from '../tests/list.ts';
import { Callable, PendingTouched, type Scope, Template, Undefined, type Value, Vaulted } from '../values.ts';
import type { Frame } from './frame.ts';
import { loadTemplate, searchPathOf } from './loader.ts';
import { clearTuples, ownCopy, settleDeep } from './settle.ts';
import type { Unit } from './unit.ts';

/** What a Render needs of the templar that makes it. */
export interface Host {
  readonly surroundings: Surroundings;
  /** Throw PendingTouched where the answer may differ next time. */
  readonly refuseImpure: boolean;
  renderTemplate(template: Template, scope: Scope, usedBy: Origin['usedBy']): Value;
  renderText(text: string, file: string, scope: Scope, usedBy: Origin['usedBy'], options: RenderTextOptions): Value;
}

const noNames: ReadonlyMap<string, Value> = new Map();

/** One rendering of one template: the scope it sees, and what was resolved so far. */
export class Render implements Context {
  readonly scope: Scope;
  readonly host: Host;
  readonly syntax: Syntax;
  private readonly searchPath: readonly string[] | undefined;
  /** Variables whose value had to be made: rendered from a template, or copied since the template changes lists. */
  private made: Map<string, Value> | undefined;
  private readonly copies: boolean;

  constructor(host: Host, scope: Scope, syntax: Syntax, copies: boolean, searchPath?: readonly string[]) {
    this.host = host;
    this.scope = scope;
    this.syntax = syntax;
    this.copies = copies;
    this.searchPath = searchPath;
  }

  get surroundings(): Surroundings {
    return this.host.surroundings;
  }

  /** The value of a name that no part of the template has set. */
  resolve(name: string, frame: Frame, at: number, length: number): Value {
    const known = this.made?.get(name);
    if (known !== undefined) return known;
    const value = frame.isolated ? undefined : this.scope.get(name);
    if (value === undefined) {
      return this.global(name) ?? new Undefined(name, `'${name}' is undefined`, frame.origin, at, length);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Template || value instanceof Vaulted)
      return this.keep(name, this.unwrap(value, frame.origin, at));
    return this.copies && (Array.isArray(value) || value instanceof Map)
      ? this.keep(name, ownCopy(this.settle(value)))
      : value;
  }

  private keep(name: string, value: Value): Value {
    this.made ??= new Map();
    this.made.set(name, value);
    return value;
  }

  private unwrap(value: Template | Vaulted, origin?: Origin, at = 0): Value {
    if (value instanceof Vaulted) return this.surroundings.decrypt(value);
    return this.host.renderTemplate(value, this.scope, origin && { origin, at });
  }

  private global(name: string): Value | undefined {
    const plugin = globals.get(name);
    if (!plugin) return constants.get(name);
    return new Callable(name, (positional, named) => {
      if (plugin.impure) this.refuse(name);
      return plugin.apply(this, ...bind(plugin.signature, `${name}()`, positional, named));
    });
  }

  refuse(name: string): void {
    if (this.host.refuseImpure) throw new PendingTouched(name);
  }

  memberOf(container: Value, key: Value, isAttribute: boolean, frame: Frame, at: number, length: number): Value {
    const value = isAttribute && typeof key === 'string' ? getAttribute(container, key) : getItem(container, key);
    if (value === undefined) {
      return new Undefined(String(key), missingMember(container, key, typeName), frame.origin, at, length);
    }
    if (value instanceof Template || value instanceof Vaulted) return this.unwrap(value, frame.origin, at);
    return value;
  }

  member(container: Value, key: Value): Value {
    if (container instanceof Undefined) return container;
    const value = getItem(container, key);
    if (value === undefined) return new Undefined(String(key), missingMember(container, key, typeName));
    return value instanceof Template || value instanceof Vaulted ? this.unwrap(value) : value;
  }

  variable(name: string): Value | undefined {
    const value = this.scope.get(name);
    return value === undefined ? undefined : this.settle(value);
  }

  settle(value: Value): Value {
    return typeof value === 'object' && value !== null ? settleDeep(value, this.settleLeaf) : value;
  }

  private readonly settleLeaf = (leaf: Template | Vaulted): Value => this.unwrap(leaf);

  /** A value as it leaves the engine: no templates, no tuples, and nothing undefined in it. */
  finalize(value: Value): Value {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Undefined) throw undefinedError(value);
    return clearTuples(this.settle(value));
  }

  filter(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): Value {
    const plugin = resolvePlugin(filters, name);
    if (!plugin) throw unknownPlugin('filter', name);
    if (plugin.impure) this.refuse(name);
    if (!plugin.takesUndefined) {
      const lost = undefinedAmong(value, positional, named);
      if (lost) return lost;
    }
    return plugin.apply(this, value, ...bind(plugin.signature, `the filter '${name}'`, positional, named));
  }

  /** The answer of a test, or an Undefined where it was asked of one. */
  applyTest(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): Value {
    const plugin = resolvePlugin(tests, name);
    if (!plugin) throw unknownPlugin('test', name);
    if (!plugin.takesUndefined) {
      const lost = undefinedAmong(value, positional, named);
      if (lost) return lost;
    }
    return plugin.apply(this, value, ...bind(plugin.signature, `the test '${name}'`, positional, named));
  }

  test(name: string, value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): boolean {
    return truthy(this.applyTest(name, value, positional, named));
  }

  lookup(name: string, terms: readonly Value[], named: ReadonlyMap<string, Value> = noNames): readonly Value[] {
    const plugin = resolvePlugin(lookups, name);
    if (!plugin) throw unknownPlugin('lookup', name);
    if (plugin.impure) this.refuse(`lookup ${name}`);
    const lost = plugin.takesUndefined ? undefined : undefinedAmong(null, terms, named);
    if (lost) throw undefinedError(lost);
    return plugin.apply(this, [...terms], ...bind(plugin.signature, `the lookup '${name}'`, [], named)) as Value[];
  }

  renderText(text: string, file: string, more: ReadonlyMap<string, Value>, options: RenderTextOptions = {}): Value {
    return this.host.renderText(text, file, more.size ? overlay(this.scope, more) : this.scope, undefined, options);
  }

  templatePath(origin: Origin): readonly string[] {
    return searchPathOf(this.searchPath, origin, this.scope);
  }

  load(name: string, origin: Origin): { unit: Unit; file: string } | undefined {
    return loadTemplate(name, this.templatePath(origin), this.syntax);
  }
}

const undefinedAmong = (
  value: Value,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Undefined | undefined => {
  if (value instanceof Undefined) return value;
  for (const given of positional) if (given instanceof Undefined) return given;
  if (named.size) for (const given of named.values()) if (given instanceof Undefined) return given;
  return undefined;
};

const overlay = (scope: Scope, more: ReadonlyMap<string, Value>): Scope => ({
  get: (name) => more.get(name) ?? scope.get(name),
  has: (name) => more.has(name) || scope.has(name),
  names: () => new Set([...more.keys(), ...scope.names()]),
});
