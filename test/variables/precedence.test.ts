import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadInventory } from '../../src/inventory/load.ts';
import { nowhere } from '../../src/language/reading.ts';
import type { Value } from '../../src/template/values.ts';
import { createVariables } from '../../src/variables/create-variables.ts';

/** Which of any two levels wins in ansible-core; see `oracle/precedence.py`. */
const { levels, winners } = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/precedence.json'), 'utf8')) as {
  levels: readonly string[];
  winners: Record<string, string>;
};

const folder = mkdtempSync(join(tmpdir(), 'precedence-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nameOf = (a: string, b: string): string =>
  `p_${[a, b].sort((x, y) => levels.indexOf(x) - levels.indexOf(y)).join('__')}`;
const values = (level: string): [string, Value][] =>
  levels.filter((other) => other !== level).map((other) => [nameOf(level, other), level]);
const vars = (level: string) => new Map(values(level));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const yaml = (level: string): string =>
  values(level)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
const ini = (level: string, joint: string): string =>
  values(level)
    .map(([name, value]) => `${name}=${value}`)
    .join(joint);

it('every pair of levels is decided as ansible-core decides it', () => {
  write(
    'inv/hosts',
    `[g]\nh ${ini('inv_host', ' ')}\n[g:vars]\n${ini('inv_group', '\n')}\n[all:vars]\n${ini('inv_group_all', '\n')}\n`,
  );
  write('inv/group_vars/all.yml', yaml('gv_all_inv'));
  write('play/group_vars/all.yml', yaml('gv_all_play'));
  write('inv/group_vars/g.yml', yaml('gv_inv'));
  write('play/group_vars/g.yml', yaml('gv_play'));
  write('inv/host_vars/h.yml', yaml('hv_inv'));
  write('play/host_vars/h.yml', yaml('hv_play'));
  write('play/files/v.yml', yaml('vars_files'));
  const { inventory } = loadInventory([join(folder, 'inv/hosts')]);
  const variables = createVariables({ inventory, render: (value) => value, extraVars: vars('extra') });
  const play = variables.play({
    name: 'play',
    playbookDir: join(folder, 'play'),
    vars: vars('play_vars'),
    prompts: vars('prompt'),
    varsFiles: { value: ['files/v.yml'], position: nowhere, valuePosition: nowhere },
    hosts: ['h'],
  });
  variables.setFacts('h', new Map<Value, Value>(values('facts')));
  variables.includeVars('h', vars('include_vars'));
  for (const [name, value] of values('set_fact')) variables.setFact('h', name, value);
  for (const [name, value] of values('register')) variables.register('h', name, value);
  const role = {
    role: { name: 'r', path: join(folder, 'r') },
    defaults: vars('role_defaults'),
    vars: vars('role_vars'),
    keywordVars: vars('entry_vars'),
    params: vars('role_params'),
  };
  play.exportRole(role);
  const frame = play.frame({
    role,
    vars: [vars('block_vars'), vars('task_vars')],
    includeParams: [vars('include_params')],
  });
  const scope = play.scope('h', frame);
  const decided = Object.keys(winners).map((pair) => {
    const [a, b] = pair.split(' ') as [string, string];
    return [pair, scope.get(nameOf(a, b))];
  });
  expect(Object.fromEntries(decided)).toEqual(winners);
  expect(Object.keys(winners)).toHaveLength((levels.length * (levels.length - 1)) / 2);
  const [a, b] = ['role_defaults', 'gv_play'];
  const origin = play.origin('h', nameOf(a as string, b as string), frame);
  expect(origin[0]).toMatchObject({ level: 7, position: { file: join(folder, 'play/group_vars/g.yml') } });
  expect(origin[1]).toMatchObject({ level: 2, value: 'role_defaults' });
});
