import type { Dict, Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';
import { type Decrypt, readYamlFile } from './files.ts';
import { importPlaybookKeywords, playKeywords, roleEntryKeywords, shortName, taskKeywords } from './keywords.ts';
import type { Field, ImportPlaybook, Play, Playbook, RoleEntry, TaskNode } from './playbook.ts';
import { positionOf } from './positions.ts';
import { fieldOf, nowhere, type Reading, reportUnknown } from './reading.ts';
import { readKeywords, readTasks } from './tasks.ts';

/** Reads a playbook's file into its tree; what is wrong is in `reading`. */
export const readPlaybook = (
  reading: Reading,
  file: string,
  options: { readonly decrypt?: Decrypt | undefined; readonly from?: Position | undefined } = {},
): Playbook => {
  const value = readYamlFile(reading, file, options);
  return { file, entries: value === undefined ? [] : readEntries(reading, value, file) };
};

/** The plays of a document that is loaded already. */
export const readEntries = (reading: Reading, value: Value, file: string): Playbook['entries'] => {
  const start = { file, line: 1, column: 1 };
  if (value === null) return [];
  if (!Array.isArray(value)) {
    reading.error(start, 'a playbook is a list of plays', { hint: 'begin with  - hosts: …' });
    return [];
  }
  return value.flatMap((item, index) => {
    const position = positionOf(value, index) ?? start;
    if (item instanceof Map) return readEntry(reading, item, position) ?? [];
    reading.error(position, 'a play is a mapping with the key hosts');
    return [];
  });
};

const readEntry = (reading: Reading, map: Dict, position: Position): Play | ImportPlaybook | undefined => {
  const imported = [...map.keys()].find((key) => shortName(String(key)) === 'import_playbook');
  if (imported === undefined) return readPlay(reading, map, position);
  const keywords = new Map(readKeywords(reading, map, importPlaybookKeywords, 'import_playbook'));
  for (const key of map.keys())
    if (key !== imported && !(String(key) in importPlaybookKeywords))
      reportUnknown(reading, map, key, 'import_playbook', importPlaybookKeywords);
  keywords.delete('import_playbook');
  return { kind: 'import_playbook', position, file: fieldOf(map, imported), keywords };
};

const readPlay = (reading: Reading, map: Dict, position: Position): Play | undefined => {
  const keywords = readKeywords(reading, map, playKeywords, 'a play');
  for (const key of map.keys()) {
    const name = String(key);
    if (name in playKeywords) continue;
    if (name in taskKeywords || reading.modules?.has(name))
      reading.error(positionOf(map, key), `'${name}' belongs to a task, and this is a play`, {
        hint: map.has('hosts')
          ? 'put it into a task under tasks'
          : 'a file of tasks is used by include_tasks, not run as a playbook',
        length: name.length,
      });
    else reportUnknown(reading, map, key, 'a play', playKeywords);
  }
  const hosts = keywords.get('hosts');
  if (!hosts) {
    if (![...map.keys()].some((key) => !(String(key) in playKeywords)))
      reading.error(position, 'a play names no hosts', { hint: 'add  hosts: all  or a pattern' });
  } else if (hosts.value === null || hosts.value === '' || (Array.isArray(hosts.value) && hosts.value.length === 0))
    reading.error(hosts.position, 'hosts is empty', { length: 5 });
  const tasks = (name: string, kind: 'task' | 'handler' = 'task'): readonly TaskNode[] => {
    const field = keywords.get(name);
    return field ? readTasks(reading, field.value, field.valuePosition, kind) : [];
  };
  const roles = keywords.get('roles');
  return {
    kind: 'play',
    position,
    keywords,
    preTasks: tasks('pre_tasks'),
    roles: roles ? readRoleEntries(reading, roles.value, roles.valuePosition) : [],
    tasks: tasks('tasks'),
    postTasks: tasks('post_tasks'),
    handlers: tasks('handlers', 'handler'),
  };
};

/** The list under `roles:` of a play, or `dependencies:` of a role. */
export const readRoleEntries = (reading: Reading, value: Value, position: Position): readonly RoleEntry[] => {
  if (value === null) return [];
  if (!Array.isArray(value)) {
    reading.error(position, 'roles are a list', { hint: 'begin each one with a dash' });
    return [];
  }
  return value.flatMap(
    (item, index) => readRoleEntry(reading, item, value, index, positionOf(value, index) ?? position) ?? [],
  );
};

const readRoleEntry = (
  reading: Reading,
  item: Value,
  list: Value[],
  index: number,
  position: Position,
): RoleEntry | undefined => {
  if (!(item instanceof Map)) {
    if (item === null || Array.isArray(item)) {
      reading.error(position, 'a role is a name, or a mapping with the key role');
      return undefined;
    }
    const place = positionOf(list, index) ?? nowhere;
    return {
      position,
      role: { value: item, position: place, valuePosition: place },
      keywords: new Map(),
      parameters: new Map(),
    };
  }
  const key = ['role', 'name', 'src'].find((name) => item.has(name));
  if (key === undefined) {
    reading.error(position, 'this entry names no role', { hint: 'add the key role' });
    return undefined;
  }
  const keywords = new Map(readKeywords(reading, item, roleEntryKeywords, 'a role'));
  keywords.delete('role');
  if (key === 'name') keywords.delete('name');
  const role = fieldOf(item, key);
  const galaxy = key === 'src' || item.has('src');
  const parameters = new Map<string, Field>();
  for (const name of item.keys())
    if (
      name !== key &&
      !(String(name) in roleEntryKeywords) &&
      !(galaxy && ['src', 'version', 'scm'].includes(String(name)))
    )
      parameters.set(String(name), fieldOf(item, name));
  return { position, role, keywords, parameters };
};
