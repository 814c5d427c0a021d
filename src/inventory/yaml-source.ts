import { type Decrypt, readYamlFile } from '../language/files.ts';
import { positionOf, valuePositionOf } from '../language/positions.ts';
import { Reading } from '../language/reading.ts';
import type { Dict, Value } from '../template/values.ts';
import { nearest } from '../util/nearest.ts';
import { expandHostNames } from './host-names.ts';
import type { Inventory } from './inventory.ts';

/**
 * Reads an inventory in YAML form into `inventory`: groups as keys, each with `hosts`, `vars` and `children`. Throws a UserError
 * with all that is wrong; unknown keys of a group are warnings, which it returns.
 */
export const readYamlInventory = (inventory: Inventory, file: string, decrypt?: Decrypt): Reading => {
  const reading = new Reading();
  const value = readYamlFile(reading, file, { decrypt });
  if (value instanceof Map) {
    for (const [name, group] of value) readGroup(reading, inventory, value, String(name), group);
  } else if (value !== undefined && value !== null)
    reading.error({ file, line: 1, column: 1 }, 'an inventory is a mapping of groups', { hint: 'begin with  all:' });
  reading.throwIfFailed();
  return reading;
};

/** Whether a loaded file is the configuration of an inventory plugin rather than an inventory. */
export const pluginOf = (value: Value): string | undefined => {
  const plugin = value instanceof Map ? value.get('plugin') : undefined;
  return typeof plugin === 'string' ? plugin : undefined;
};

const groupKeys = ['hosts', 'vars', 'children'];

const readGroup = (reading: Reading, inventory: Inventory, parent: Dict, name: string, value: Value): void => {
  const group = inventory.addGroup(name);
  if (value === null) return;
  if (!(value instanceof Map)) {
    reading.error(valuePositionOf(parent, name), `the group ${name} must be a mapping with hosts, vars or children`);
    return;
  }
  for (const [key, inner] of value) {
    if (!groupKeys.includes(String(key))) {
      const meant = nearest(String(key), groupKeys);
      reading.warn(
        positionOf(value, key),
        `'${key}' in the group ${name} is none of hosts, vars, children; it is left out`,
        {
          hint: meant && `did you mean ${meant}?`,
          length: String(key).length,
        },
      );
      continue;
    }
    const entries = entriesOf(reading, value, key, inner);
    if (!entries) continue;
    if (key === 'vars')
      for (const [variable, set] of entries) group.set(String(variable), set, positionOf(entries, variable));
    else if (key === 'hosts') readHosts(reading, inventory, name, entries);
    else
      for (const [child, content] of entries) {
        readGroup(reading, inventory, entries, String(child), content);
        if (!inventory.addChild(name, String(child)))
          reading.error(positionOf(entries, child), `the group ${child} would come to stand inside itself`);
      }
  }
};

/** A mapping; a bare text is one name without content, as Ansible takes it. */
const entriesOf = (reading: Reading, group: Dict, key: Value, value: Value): Dict | undefined => {
  if (value === null) return undefined;
  if (value instanceof Map) return value;
  if (typeof value === 'string' && key !== 'vars') return new Map([[value, null]]);
  reading.error(valuePositionOf(group, key), `${key} must be a mapping`, {
    hint: Array.isArray(value) ? 'write each name with a colon behind it instead of a dash before it' : undefined,
  });
  return undefined;
};

const readHosts = (reading: Reading, inventory: Inventory, group: string, hosts: Dict): void => {
  for (const [pattern, vars] of hosts) {
    const { names, port } = expandHostNames(String(pattern), positionOf(hosts, pattern));
    if (vars !== null && !(vars instanceof Map)) {
      reading.error(valuePositionOf(hosts, pattern), `the variables of ${pattern} must be a mapping`);
      continue;
    }
    for (const name of names) {
      const host = inventory.addHost(name, group);
      if (port !== undefined) host.set('ansible_port', port, positionOf(hosts, pattern));
      if (vars) for (const [variable, value] of vars) host.set(String(variable), value, positionOf(vars, variable));
    }
  }
};
