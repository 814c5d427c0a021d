import { positionOf } from '../language/positions.ts';
import { Float, type Scope, Template, Undefined, type Value } from '../template/values.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import type { Host, Inventory } from './inventory.ts';

type Evaluate = (expression: string, scope: Scope) => Value;

/**
 * Applies a `plugin: constructed` file: `compose` sets variables, `groups` and `keyed_groups` make groups, all from what the
 * sources before it say of each host. Where `strict` is not set, an expression that fails leaves its host out, as in Ansible.
 */
export const applyConstructed = (
  inventory: Inventory,
  file: string,
  config: Value,
  evaluate: Evaluate | undefined,
): readonly Diagnostic[] => {
  if (!(config instanceof Map)) return [];
  if (!evaluate)
    throw new UserError({ severity: 'error', message: `${file} has expressions, and nothing here can evaluate them` });
  const strict = config.get('strict') === true;
  const attempt = (expression: string, scope: Scope, key: Value): Value | undefined => {
    try {
      const value = evaluate(expression, scope);
      if (!(value instanceof Undefined)) return value;
      if (strict) throw new UserError({ severity: 'error', message: value.reason });
    } catch (error) {
      if (strict && error instanceof UserError)
        throw new UserError({ severity: 'error', message: `${key}: ${error.message}`, position: positionOf(config) });
      if (!(error instanceof UserError)) throw error;
    }
    return undefined;
  };
  for (const host of inventory.hosts.values()) {
    const scope = (): Scope => hostScope(inventory, host);
    const compose = config.get('compose');
    if (compose instanceof Map)
      for (const [name, expression] of compose) {
        const value = attempt(textOf(expression), scope(), name);
        if (value !== undefined) host.set(String(name), value, positionOf(compose, name));
      }
    const groups = config.get('groups');
    if (groups instanceof Map)
      for (const [name, condition] of groups)
        if (isTrue(attempt(textOf(condition), scope(), name))) inventory.addHost(host.name, safeName(String(name)));
    const keyed = config.get('keyed_groups');
    if (Array.isArray(keyed))
      for (const entry of keyed)
        if (entry instanceof Map)
          addKeyed(inventory, host, entry, config, (text) => attempt(text, scope(), 'keyed_groups'));
  }
  return [];
};

/** A host's variables as the sources gave them, its groups' below its own. */
const hostScope = (inventory: Inventory, host: Host): Scope => {
  const layers = [
    host.vars,
    ...inventory
      .groupsOf(host)
      .map((group) => group.vars)
      .reverse(),
  ];
  const magic = new Map<string, Value>([
    ['inventory_hostname', host.name],
    ['inventory_hostname_short', host.name.split('.', 1)[0] as string],
    [
      'group_names',
      inventory
        .groupsOf(host)
        .map((group) => group.name)
        .filter((name) => name !== 'all')
        .sort(),
    ],
  ]);
  const find = (name: string): Value | undefined =>
    magic.get(name) ?? layers.find((layer) => layer.has(name))?.get(name);
  return {
    get: find,
    has: (name) => find(name) !== undefined,
    names: () => new Set([...magic.keys(), ...layers.flatMap((layer) => [...layer.keys()])]),
  };
};

const addKeyed = (
  inventory: Inventory,
  host: Host,
  entry: ReadonlyMap<Value, Value>,
  config: ReadonlyMap<Value, Value>,
  evaluate: (text: string) => Value | undefined,
): void => {
  const key = evaluate(textOf(entry.get('key') ?? ''));
  const prefix = textOf(entry.get('prefix') ?? '');
  const separator = textOf(entry.get('separator') ?? '_');
  const fallback = entry.get('default_value');
  const names = (value: Value): readonly string[] => {
    if (value === '' && fallback !== undefined) return [textOf(fallback)];
    if (Array.isArray(value)) return value.flatMap(names);
    if (value instanceof Map)
      return [...value].map(([name, inner]) => {
        const shown = inner === '' && fallback !== undefined ? fallback : inner;
        return shown === '' && entry.get('trailing_separator') === false
          ? textOf(name)
          : `${textOf(name)}${separator}${textOf(shown)}`;
      });
    return [textOf(value)];
  };
  if (key === undefined || key === null || key === false || (key === '' && fallback === undefined)) return;
  const leading = config.get('leading_separator') !== false || prefix !== '';
  for (const name of names(key)) {
    const group = safeName(leading ? `${prefix}${separator}${name}` : name);
    inventory.addHost(host.name, group);
    const parent = entry.get('parent_group');
    if (parent !== undefined && parent !== null) inventory.addChild(safeName(textOf(parent)), group);
  }
};

/** Ansible's own rule for the names of groups that it makes. */
const safeName = (name: string): string => name.replace(/^[^A-Za-z_]|[^\w]/g, '_');

const textOf = (value: Value): string => {
  if (value instanceof Template) return value.source.replace(/^\s*\{\{|\}\}\s*$/g, '');
  if (value === true || value === false) return value ? 'True' : 'False';
  return value instanceof Float && Number.isInteger(value.value) ? `${value.value}.0` : String(value);
};

const isTrue = (value: Value | undefined): boolean => {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : true;
};
