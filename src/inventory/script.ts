import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { Float, Template, type Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Inventory } from './inventory.ts';

/**
 * Runs an executable inventory: `--list` answers JSON with groups (`hosts`, `vars`, `children`, or a bare list of hosts) and
 * `_meta.hostvars`; without `_meta`, `--host NAME` is asked for each host. Protocol: Ansible's documentation on developing
 * inventory scripts. Throws a UserError with the program's own words where it fails.
 */
export const readScript = (inventory: Inventory, file: string): void => {
  const answer = run(file, ['--list']);
  if (!(answer instanceof Map)) throw refusal(file, 'did not answer a JSON object to --list');
  const meta = answer.get('_meta');
  const hostvars = meta instanceof Map ? meta.get('hostvars') : undefined;
  const before = new Set(inventory.hosts.keys());
  for (const [name, content] of answer) if (name !== '_meta') readGroup(inventory, file, String(name), content);
  if (hostvars instanceof Map) for (const [name, vars] of hostvars) setVars(inventory, String(name), vars);
  else
    for (const name of inventory.hosts.keys())
      if (!before.has(name)) setVars(inventory, name, run(file, ['--host', name]));
};

const readGroup = (inventory: Inventory, file: string, name: string, content: Value): void => {
  const group = inventory.addGroup(name);
  if (Array.isArray(content)) {
    for (const host of content) inventory.addHost(String(host), name);
    return;
  }
  if (!(content instanceof Map)) throw refusal(file, `gave neither a list nor an object for the group ${name}`);
  const known = ['hosts', 'vars', 'children'].some((key) => content.has(key));
  if (!known) {
    const host = inventory.addHost(name, 'ungrouped');
    for (const [variable, value] of content) host.set(String(variable), value);
    return;
  }
  for (const host of listOf(content.get('hosts'))) inventory.addHost(String(host), name);
  for (const child of listOf(content.get('children'))) inventory.addChild(name, String(child));
  const vars = content.get('vars');
  if (vars instanceof Map) for (const [variable, value] of vars) group.set(String(variable), value);
};

const listOf = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);

const setVars = (inventory: Inventory, name: string, vars: Value): void => {
  const host = inventory.hosts.get(name);
  if (host && vars instanceof Map) for (const [variable, value] of vars) host.set(String(variable), value);
};

const run = (file: string, args: readonly string[]): Value => {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd: dirname(file),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error) throw refusal(file, `could not be started: ${error.message}`);
  if (status !== 0) throw refusal(file, `ended with ${status}: ${stderr.trim() || 'and said nothing'}`);
  try {
    return stdout.trim() === '' ? new Map() : fromJson(JSON.parse(stdout));
  } catch (cause) {
    throw refusal(file, `answered what is no JSON: ${(cause as Error).message}`);
  }
};

const refusal = (file: string, what: string): UserError =>
  new UserError({ severity: 'error', message: `the inventory program ${file} ${what}` });

/** JSON as values: `1.0` would be a float in Python, but JavaScript's parser does not tell, so that only fractions are. */
const fromJson = (value: unknown): Value => {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, inner]) => [key, fromJson(inner)]));
  if (typeof value === 'number' && !Number.isInteger(value)) return new Float(value);
  if (typeof value === 'string' && /\{[{%#]/.test(value)) return new Template(value);
  return value as Value;
};
