import { Float, Template, type Value, Vaulted } from '../template/values.ts';
import { flatten, hostLayers } from './host-layers.ts';
import type { Group, Inventory } from './inventory.ts';
import type { VarsFolders } from './vars-folders.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What `ansible-inventory --list` prints: every host's variables under `_meta`, then the groups. */
export const listInventory = (inventory: Inventory, folders: VarsFolders, playbookDir?: string): Json => {
  const hostvars: Record<string, Json> = {};
  for (const host of inventory.hosts.values()) {
    const vars = flatten(hostLayers(inventory, folders, host, playbookDir));
    if (vars.size > 0) hostvars[host.name] = toJson(vars as Map<Value, Value>);
  }
  const result: Record<string, Json> = { _meta: { hostvars, profile: 'inventory_legacy' } };
  const visit = (group: Group): void => {
    if (result[group.name] !== undefined) return;
    const entry: Record<string, Json> = {};
    const children = [...group.children];
    if (children.length > 0) entry['children'] = children.map(({ name }) => name).sort();
    if (group.hosts.size > 0 && group !== inventory.all) entry['hosts'] = [...group.hosts].map(({ name }) => name);
    result[group.name] = entry;
    for (const child of children) visit(child);
  };
  visit(inventory.all);
  for (const [name, entry] of Object.entries(result))
    if (name !== '_meta' && Object.keys(entry as object).length === 0) delete result[name];
  return result;
};

/** What `ansible-inventory --host NAME` prints; undefined for a host that is not there. */
export const listHost = (
  inventory: Inventory,
  folders: VarsFolders,
  name: string,
  playbookDir?: string,
): Json | undefined => {
  const host = inventory.host(name);
  return host && toJson(flatten(hostLayers(inventory, folders, host, playbookDir)) as Map<Value, Value>);
};

/** Groups and hosts as a tree, as `ansible-inventory --graph` draws it. */
export const graphInventory = (inventory: Inventory, top = 'all'): string => {
  const lines: string[] = [];
  const draw = (group: Group, depth: number): void => {
    const prefix = depth === 0 ? '' : `${'  |'.repeat(depth)}--`;
    lines.push(`${prefix}@${group.name}:`);
    for (const child of [...group.children].sort(byName)) draw(child, depth + 1);
    if (group === inventory.all) return;
    for (const host of [...group.hosts].sort(byName)) lines.push(`${'  |'.repeat(depth + 1)}--${host.name}`);
  };
  const group = inventory.groups.get(top);
  if (group) draw(group, 0);
  return lines.join('\n');
};

/** JSON with sorted keys and four spaces, as Ansible's tools print it. */
export const printJson = (value: Json): string => JSON.stringify(sortKeys(value), null, 4);

/** Values as JSON: templates as their text, vaulted ones as Ansible marks them. */
export const toJson = (value: Value): Json => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [String(key), toJson(inner)]));
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Template) return value.source;
  if (value instanceof Vaulted) return { __ansible_vault: value.ciphertext };
  if (value instanceof Float) return value.value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' && value !== null ? String(value) : value;
};

const sortKeys = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key] as Json)]),
  );
};

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);
