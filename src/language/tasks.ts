import type { Dict, Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';
import { readAction } from './action.ts';
import {
  blockKeywords,
  handlerKeywords,
  includeKeywords,
  includeRoleArguments,
  includeTasksArguments,
  type KeywordTable,
  loopControlKeywords,
  shortName,
  taskKeywords,
} from './keywords.ts';
import type { Block, Field, Keywords, Task, TaskNode } from './playbook.ts';
import { positionOf } from './positions.ts';
import { checkType, fieldOf, nowhere, type Reading, reportUnknown } from './reading.ts';

export type TaskKind = 'task' | 'handler';

/** A list of tasks, handlers and blocks as a file or a keyword holds it; null is an empty list. */
export const readTasks = (
  reading: Reading,
  value: Value,
  position: Position | undefined,
  kind: TaskKind = 'task',
): readonly TaskNode[] => {
  if (value === null) return [];
  if (!Array.isArray(value)) {
    reading.error(position, `${kind}s are a list`, { hint: 'begin each one with a dash' });
    return [];
  }
  return value.flatMap((item, index) => readNode(reading, item, positionOf(value, index) ?? position, kind) ?? []);
};

const readNode = (
  reading: Reading,
  item: Value,
  position: Position | undefined,
  kind: TaskKind,
): TaskNode | undefined => {
  if (item === null) return undefined;
  if (!(item instanceof Map)) {
    reading.error(position, `a ${kind} is a mapping`, { hint: `such as  - name: …` });
    return undefined;
  }
  const isBlock = ['block', 'rescue', 'always'].some((name) => item.has(name));
  return isBlock
    ? readBlock(reading, item, position ?? nowhere, kind)
    : readTask(reading, item, position ?? nowhere, kind);
};

const readBlock = (reading: Reading, map: Dict, position: Position, kind: TaskKind): Block => {
  const keywords = readKeywords(reading, map, blockKeywords, 'a block');
  const part = (name: string): readonly TaskNode[] => {
    const field = keywords.get(name);
    return field ? readTasks(reading, field.value, field.valuePosition, kind) : [];
  };
  if (!map.has('block'))
    reading.error(position, `${map.has('rescue') ? 'rescue' : 'always'} stands without a block`, {
      hint: 'put the tasks that may fail under block, in the same mapping',
    });
  for (const key of map.keys()) {
    if (String(key) in blockKeywords) continue;
    const name = String(key);
    if (name in taskKeywords || name.startsWith('with_'))
      reading.error(positionOf(map, key), `'${name}' is a keyword of a task, not of a block`, { length: name.length });
    else reportUnknown(reading, map, key, 'a block', blockKeywords);
  }
  return { kind: 'block', position, keywords, block: part('block'), rescue: part('rescue'), always: part('always') };
};

const readTask = (reading: Reading, map: Dict, position: Position, kind: TaskKind): Task | undefined => {
  const table = kind === 'task' ? taskKeywords : handlerKeywords;
  if (kind === 'task' && map.has('listen') && !reading.modules?.has('listen'))
    reading.error(positionOf(map, 'listen'), "'listen' is a keyword of a handler, not of a task", { length: 6 });
  const keywords = new Map(readKeywords(reading, map, table, `a ${kind}`));
  const action = readAction(reading, map, map.has('listen') ? handlerKeywords : table, `a ${kind}`);
  const withLookup = readWith(reading, map, keywords);
  checkLoopControl(reading, keywords);
  if (!action) return undefined;
  for (const name of ['action', 'local_action', 'args']) keywords.delete(name);
  if (action.local) {
    const place = fieldOf(map, 'local_action');
    keywords.set('delegate_to', { ...place, value: 'localhost' });
    if (!keywords.has('connection')) keywords.set('connection', { ...place, value: 'local' });
  }
  const task: Task = { kind: 'task', position, keywords, module: action.module, args: action.args, withLookup };
  checkInclude(reading, map, task);
  return task;
};

const readWith = (reading: Reading, map: Dict, keywords: Keywords): Task['withLookup'] => {
  const names = [...map.keys()].map(String).filter((name) => name.startsWith('with_'));
  const all = [...names, ...(keywords.has('loop') ? ['loop'] : [])];
  if (all.length > 1) {
    const name = all.find((each) => each !== all[0]) as string;
    reading.error(positionOf(map, name), `a task has one loop, and this one has ${all.join(' and ')}`, {
      length: name.length,
    });
  }
  const [name] = names;
  if (name === undefined) return undefined;
  const terms = fieldOf(map, name);
  if (terms.value === null) reading.error(terms.position, `${name} has nothing to loop over`, { length: name.length });
  return { name: name.slice('with_'.length), terms };
};

const checkLoopControl = (reading: Reading, keywords: Keywords): void => {
  const field = keywords.get('loop_control');
  if (!field || field.value === null) return;
  if (!(field.value instanceof Map)) reading.error(field.valuePosition, 'loop_control takes a mapping');
  else readKeywords(reading, field.value, loopControlKeywords, 'loop_control', true);
};

/** The arguments and neighbours that include_* and import_* may have. */
const checkInclude = (reading: Reading, map: Dict, task: Task): void => {
  const match = /^(include|import)_(tasks|role)$/.exec(shortName(task.module.name));
  if (!match) return;
  const [name, verb, what] = match as unknown as [string, string, string];
  if (verb === 'include')
    for (const key of task.keywords.keys())
      if (!includeKeywords.has(key) && map.has(key))
        reading.error(positionOf(map, key), `'${key}' can't stand beside ${name}`, {
          hint: `put it under apply, in the arguments of ${name}`,
          length: key.length,
        });
  if (verb === 'import' && (task.keywords.has('loop') || task.withLookup))
    reading.error(task.module.position, `${name} takes no loop, since it is read before the play runs`, {
      hint: `include_${what} can loop`,
      length: name.length,
    });
  const args = task.args.value;
  if (!(args instanceof Map)) return;
  const allowed = what === 'role' ? includeRoleArguments : includeTasksArguments;
  const table = Object.fromEntries(allowed.map((each) => [each, { type: 'any', inherit: 'own' } as const]));
  for (const key of args.keys())
    if (!(String(key) in table) && key !== '_raw_params' && key !== '_variable_params')
      reportUnknown(reading, args, key, name, table, 'an argument');
  const target = what === 'role' ? ['name', 'role', '_variable_params'] : ['file', '_raw_params', '_variable_params'];
  if (!target.some((each) => args.has(each)))
    reading.error(task.module.position, what === 'role' ? `${name} names no role` : `${name} names no file`, {
      hint: what === 'role' ? 'give it the argument name' : `write ${name}: FILE`,
      length: name.length,
    });
};

/** The entries of a mapping whose keys are in the table, types checked; `all` reports every other key. */
export const readKeywords = (
  reading: Reading,
  map: Dict,
  table: KeywordTable,
  what: string,
  all = false,
): ReadonlyMap<string, Field> => {
  const fields = new Map<string, Field>();
  for (const key of map.keys()) {
    const name = String(key);
    if (Object.hasOwn(table, name)) {
      const field = fieldOf(map, key);
      checkType(reading, table, name, field);
      fields.set(name, field);
    } else if (all) reportUnknown(reading, map, key, what, table);
  }
  return fields;
};
