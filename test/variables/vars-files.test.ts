import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Inventory } from '../../src/inventory/inventory.ts';
import { loadYaml } from '../../src/language/yaml.ts';
import { createTemplar } from '../../src/template/create-templar.ts';
import { type Dict, PendingTouched, type Value } from '../../src/template/values.ts';
import { createVariables } from '../../src/variables/create-variables.ts';

const folder = mkdtempSync(join(tmpdir(), 'vars-files-'));
mkdirSync(join(folder, 'vars'));
for (const [name, text] of Object.entries({
  'plain.yml': 'a: plain\nb: plain\n',
  'Debian.yml': 'b: Debian\n',
  'default.yml': 'b: default\n',
  'vars/inner.yml': 'c: inner\n',
}))
  writeFileSync(join(folder, name), text);
afterAll(() => rmSync(folder, { recursive: true }));

const setUp = (yaml: string) => {
  const inventory = new Inventory();
  inventory.addHost('h');
  inventory.settle();
  const templar = createTemplar();
  const variables = createVariables({ inventory, render: (value, scope) => templar.render(value, scope) });
  const position = { file: 'site.yml', line: 1, column: 1 };
  const value = (loadYaml(`f: ${yaml}`, 'site.yml').documents[0] as Dict).get('f') as Value;
  const varsFiles = { value, position, valuePosition: position };
  const play = variables.play({
    name: 'p',
    playbookDir: folder,
    vars: new Map([['own', 'Debian']]),
    varsFiles,
    hosts: ['h'],
  });
  const debian = () => variables.setFacts('h', new Map([['ansible_os_family', 'Debian']]));
  return { variables, play, debian, get: (name: string) => play.scope('h').get(name) };
};

describe('vars_files', () => {
  it('are files beside the playbook or in its vars/, a later one winning', () => {
    const { get } = setUp('[plain.yml, default.yml, inner.yml]');
    expect([get('a'), get('b'), get('c')]).toEqual(['plain', 'default', 'inner']);
  });

  it('may be a list of which the first that exists is taken', () => {
    expect(setUp('[[none.yml, plain.yml, default.yml]]').get('b')).toBe('plain');
  });

  it('may be named by what the host knows, and wait for it', () => {
    const { get, debian } = setUp('["{{ ansible_os_family }}.yml"]');
    expect(get('b')).toBeUndefined();
    debian();
    expect(get('b')).toBe('Debian');
    expect(setUp('["{{ own }}.yml"]').get('b')).toBe('Debian');
    const list = setUp('[["{{ ansible_os_family }}.yml", default.yml]]');
    expect(list.get('b')).toBe('default');
    list.debian();
    expect(list.get('b')).toBe('Debian');
  });

  it('can not be told while facts are on their way', () => {
    const { get, variables } = setUp('["{{ ansible_os_family }}.yml"]');
    const pending = variables.pend('h', { facts: true });
    expect(() => get('b')).toThrow(PendingTouched);
    pending.settle();
    expect(get('b')).toBeUndefined();
  });

  it('that are missing are said', () => {
    expect(() => setUp('[none.yml]').get('x')).toThrow(`there is no file of variables ${join(folder, 'none.yml')}`);
    expect(() => setUp('[[none.yml, nor.yml]]').get('x')).toThrow('none of these files of variables is there');
  });
});
