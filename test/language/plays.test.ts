import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Block, Play, Task, TaskNode } from '../../src/language/playbook.ts';
import { readPlaybook } from '../../src/language/plays.ts';
import { Reading } from '../../src/language/reading.ts';
import { findRole, readRole } from '../../src/language/roles.ts';
import { type Dict, Template, type Value } from '../../src/template/values.ts';
import { positionWithin } from '../../src/util/position.ts';

const project = join(import.meta.dirname, 'project');
const site = join(project, 'site.yml');

const plain = (value: Value): unknown => {
  if (value instanceof Template) return `T:${value.source}`;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [String(key), plain(inner)]));
  return value;
};

const read = () => {
  const reading = new Reading();
  const playbook = readPlaybook(reading, site);
  expect(reading.diagnostics).toEqual([]);
  return playbook;
};
const play = (): Play => read().entries[0] as Play;
const args = (node: TaskNode | undefined): unknown => plain((node as Task).args.value);

describe('a play', () => {
  it('has its parts, roles with parameters apart from keywords, and imports', () => {
    const { entries } = read();
    const first = entries[0] as Play;
    expect(first.keywords.get('hosts')?.value).toEqual(['web', 'db']);
    expect(first.position).toEqual({ file: site, line: 1, column: 3 });
    expect(first.preTasks).toHaveLength(1);
    expect(first.roles.map(({ role }) => role.value)).toEqual(['base', 'web']);
    expect([...(first.roles[1]?.parameters.keys() ?? [])]).toEqual(['http_port']);
    expect([...(first.roles[1]?.keywords.keys() ?? [])]).toEqual(['when', 'vars']);
    expect(first.handlers[0]?.keywords.get('listen')?.value).toEqual(['a', 'b']);
    expect(entries[1]).toMatchObject({ kind: 'import_playbook', file: { value: 'other.yml', position: { line: 48 } } });
  });
});

describe('a task', () => {
  it.each([
    [0, 'copy', { src: 'a', dest: 'T:{{ b }}' }],
    [1, 'copy', { src: 'a', dest: 'b c', mode: 'T:{{ m }}', force: false }],
    [2, 'command', { _raw_params: "echo 'creates=x' a=b | cat", creates: '/x', chdir: '/a b' }],
    [3, 'shell', { _raw_params: 'T:if true; then\n  echo {{ x }}\nfi', chdir: '/y', executable: '/bin/bash' }],
    [4, 'debug', { msg: 'hello' }],
    [5, 'debug', { msg: 'hello' }],
    [6, 'command', { _raw_params: 'uptime' }],
    [7, 'ansible.builtin.debug', { var: 'x' }],
    [8, 'include_tasks', { _raw_params: 'more.yml' }],
    [9, 'meta', { _raw_params: 'flush_handlers' }],
    [10, 'copy', { _variable_params: 'T:{{ all_of_it }}' }],
    [11, 'debug', { _variable_params: 'T:{{ more }}' }],
  ])('number %i is %s with its arguments', (index, module, expected) => {
    const task = play().tasks[index] as Task;
    expect(task.module.name).toBe(module);
    expect(args(task)).toEqual(expected);
  });

  it('keeps keywords apart from module and arguments, and knows its places', () => {
    const [first, , , , , , local, looped] = play().tasks as Task[];
    expect([...(first?.keywords.keys() ?? [])]).toEqual(['name', 'notify', 'when']);
    expect(first?.keywords.get('when')).toMatchObject({
      position: { line: 16, column: 7 },
      valuePosition: { line: 16, column: 13 },
    });
    expect(first?.module.position).toMatchObject({ line: 12, column: 7 });
    expect(local?.keywords.get('delegate_to')?.value).toBe('localhost');
    expect(looped?.withLookup).toMatchObject({ name: 'items', terms: { value: [1, 2] } });
  });

  it('finds a template in one-line arguments to the character', () => {
    const mode = ((play().tasks[1] as Task).args.value as Dict).get('mode') as Template;
    expect(positionWithin(mode.position as never, mode.source, 3)).toMatchObject({ line: 17, column: 38 });
  });

  it('may be a block with rescue and always', () => {
    const block = play().tasks[12] as Block;
    expect(block.kind).toBe('block');
    expect([block.block, block.rescue, block.always].map((part) => part.length)).toEqual([1, 1, 1]);
    expect(block.keywords.get('when')?.value).toBe('y');
  });
});

describe('a role', () => {
  const role = (options = {}) => {
    const reading = new Reading();
    const found = readRole(reading, join(project, 'roles/web'), options);
    return { reading, found };
  };

  it('is read with all its parts', () => {
    const { reading, found } = role();
    expect(reading.diagnostics).toEqual([]);
    expect(found.tasks).toHaveLength(1);
    expect(found.handlers).toHaveLength(1);
    expect([...found.defaults]).toEqual([
      ['p', 1],
      ['q', 2],
    ]);
    expect(found.vars.get('v')).toBeInstanceOf(Template);
    expect(found.dependencies.map(({ role: { value } }) => value)).toEqual(['base', 'base', 'base']);
    expect([...(found.dependencies[1]?.parameters.keys() ?? [])]).toEqual(['level']);
    expect([...(found.dependencies[2]?.parameters.keys() ?? [])]).toEqual([]);
    expect(found.allowDuplicates).toBe(true);
    expect(plain(found.argumentSpecs)).toEqual({ main: { options: { p: { type: 'int' } } } });
  });

  it('gives other files where they are asked for, and says which are missing', () => {
    expect(role({ tasksFrom: 'install' }).found.tasks).toHaveLength(2);
    expect(role({ tasksFrom: 'install.yaml' }).found.tasks).toHaveLength(2);
    expect(role({ varsFrom: 'other' }).reading.diagnostics).toMatchObject([
      { message: 'the role web has no vars/other' },
    ]);
  });

  it('is found beside the playbook, in a collection, or not at all', () => {
    const paths = { roles: [join(project, 'roles')], collections: [] };
    expect(findRole('web', paths)).toBe(join(project, 'roles/web'));
    expect(() => findRole('wbe', paths)).toThrow("there is no role 'wbe'");
  });
});
