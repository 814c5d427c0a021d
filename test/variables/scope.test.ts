import { describe, expect, it } from 'vitest';
import { Inventory } from '../../src/inventory/inventory.ts';
import { Opaque, PendingTouched, type Scope, Template, type Value } from '../../src/template/values.ts';
import { createVariables } from '../../src/variables/create-variables.ts';
import type { RoleUse, Variables } from '../../src/variables/variables.ts';

/** A lone name between braces, which is all that these tests need of templates. */
const render = (value: Value, scope: Scope): Value => {
  if (!(value instanceof Template)) return value;
  return render(scope.get(value.source.replace(/[{} ]/g, '')) ?? null, scope);
};

const vars = (entries: Record<string, Value>) => new Map(Object.entries(entries));
const role = (name: string, more: Partial<RoleUse> = {}): RoleUse => ({
  role: { name, path: `/roles/${name}` },
  defaults: new Map(),
  vars: new Map(),
  ...more,
});

const setUp = (options: { extraVars?: Record<string, Value>; mergeHashes?: boolean } = {}) => {
  const inventory = new Inventory();
  inventory.addHost('web1.example', 'web').set('own', 'host');
  inventory.addHost('db1', 'db').set('secret', new Template('{{ own }}'));
  inventory.host('db1')?.set('own', 'db');
  inventory.settle();
  const variables = createVariables({
    inventory,
    render,
    extraVars: vars(options.extraVars ?? {}),
    mergeHashes: options.mergeHashes,
  });
  return { inventory, variables, play: playOf(variables) };
};

const playOf = (variables: Variables, playVars: Record<string, Value> = {}) =>
  variables.play({ name: 'p', playbookDir: '/nowhere', vars: vars(playVars), hosts: ['web1.example', 'db1'] });

describe('a scope', () => {
  it('shows facts under their own names and under ansible_facts', () => {
    const { variables, play } = setUp();
    variables.setFacts(
      'db1',
      new Map<Value, Value>([
        ['ansible_os_family', 'Debian'],
        ['services', 1],
        ['ansible_become_password', 'x'],
      ]),
    );
    const scope = play.scope('db1');
    expect(scope.get('ansible_os_family')).toBe('Debian');
    expect(scope.get('services')).toBe(1);
    expect(scope.get('ansible_become_password')).toBeUndefined();
    expect(scope.get('ansible_facts')).toEqual(
      new Map<Value, Value>([
        ['os_family', 'Debian'],
        ['services', 1],
      ]),
    );
    variables.clearFacts('db1');
    expect(play.scope('db1').get('ansible_facts')).toEqual(new Map());
  });

  it('sees what is set after it was made, and roles that are exported later', () => {
    const { variables, play } = setUp();
    const frame = play.frame({});
    expect(play.scope('db1', frame).get('x')).toBeUndefined();
    play.exportRole(role('r', { defaults: vars({ x: 'default' }), vars: vars({ y: 'role' }) }));
    expect(play.scope('db1', frame).get('x')).toBe('default');
    variables.register('db1', 'y', 'result');
    expect(play.scope('db1', frame).get('y')).toBe('result');
    expect(play.scope('web1.example', frame).get('y')).toBe('role');
  });

  it('prefers the defaults of the own role to those of others', () => {
    const { play } = setUp();
    const first = role('first', { defaults: vars({ x: 1, z: 1 }) });
    const second = role('second', { defaults: vars({ x: 2 }) });
    play.exportRole(first);
    play.exportRole(second);
    expect(play.scope('db1', play.frame({ role: first })).get('x')).toBe(1);
    expect(play.scope('db1', play.frame({ role: second })).get('x')).toBe(2);
    expect(play.scope('db1').get('x')).toBe(2);
    expect(play.scope('db1', play.frame({ role: second })).get('z')).toBe(1);
  });

  it('lets the overlay win over everything', () => {
    const { play } = setUp({ extraVars: { item: 'extra' } });
    expect(play.scope('db1', undefined, vars({ item: 'mine' })).get('item')).toBe('mine');
    expect(play.scope('db1').get('item')).toBe('extra');
  });

  it('joins mappings of all levels where hash_behaviour says so', () => {
    const { inventory, variables } = setUp({ mergeHashes: true, extraVars: { d: new Map([['c', 3]]) } });
    inventory.host('db1')?.set(
      'd',
      new Map<Value, Value>([
        ['a', 1],
        ['b', new Map([['x', 1]])],
      ]),
    );
    const play = playOf(variables, { d: new Map<Value, Value>([['b', new Map([['y', 2]])]]) });
    expect(play.scope('db1').get('d')).toEqual(
      new Map<Value, Value>([
        ['a', 1],
        [
          'b',
          new Map([
            ['x', 1],
            ['y', 2],
          ]),
        ],
        ['c', 3],
      ]),
    );
  });
});

describe('magic variables', () => {
  it('tell of host, groups, play and role', () => {
    const { play } = setUp();
    play.setHosts(['db1'], ['db1']);
    const parent = role('parent');
    const own = role('own', { parents: [parent], includers: [parent] });
    const scope = play.scope('web1.example', play.frame({ role: own }));
    const got = (name: string) => scope.get(name);
    expect(got('inventory_hostname')).toBe('web1.example');
    expect(got('inventory_hostname_short')).toBe('web1');
    expect(got('group_names')).toEqual(['web']);
    expect(got('groups')).toEqual(
      new Map<Value, Value>([
        ['all', ['web1.example', 'db1']],
        ['ungrouped', []],
        ['web', ['web1.example']],
        ['db', ['db1']],
      ]),
    );
    expect(got('ansible_play_hosts')).toEqual(['db1']);
    expect(got('ansible_play_hosts_all')).toEqual(['web1.example', 'db1']);
    expect(got('role_name')).toBe('own');
    expect(got('role_path')).toBe('/roles/own');
    expect(got('ansible_parent_role_names')).toEqual(['parent']);
    expect(got('playbook_dir')).toBe('/nowhere');
    expect((got('ansible_version') as Map<Value, Value>).get('full')).toBe('2.21.5');
    expect(got('ansible_managed')).toBe('Ansible managed');
    expect(play.scope('db1').get('role_name')).toBeUndefined();
  });

  it('win over extra vars', () => {
    const { play } = setUp({ extraVars: { inventory_hostname: 'x', ansible_managed: 'mine' } });
    expect(play.scope('db1').get('inventory_hostname')).toBe('db1');
    expect(play.scope('db1').get('ansible_managed')).toBe('mine');
  });

  it('render hostvars with the variables of their own host, without the vars of the play', () => {
    const { inventory, variables } = setUp();
    const play = playOf(variables, { own: 'play' });
    const hostvars = play.scope('web1.example').get('hostvars') as Opaque;
    expect(hostvars).toBeInstanceOf(Opaque);
    expect(hostvars.keys?.()).toEqual(['web1.example', 'db1']);
    expect((hostvars.get('db1') as Opaque).get('secret')).toBe('db');
    expect(hostvars.get('nobody')).toBeUndefined();
    inventory.addHost('later', 'web');
    expect((hostvars.get('later') as Opaque).get('group_names')).toEqual(['web']);
    expect((play.scope('db1').get('vars') as Opaque).get('secret')).toBe('play');
    expect((play.scope('db1').get('vars') as Opaque).keys?.()).toContain('secret');
  });

  it('follow hosts that join groups while the play runs', () => {
    const { inventory, play } = setUp();
    expect(play.scope('db1').get('group_names')).toEqual(['db']);
    inventory.addHost('db1', 'made').set('x', 1);
    inventory.settle();
    expect(play.scope('db1').get('group_names')).toEqual(['db', 'made']);
    expect(play.scope('db1').get('x')).toBe(1);
  });
});

describe('what an unfinished task will set', () => {
  it('can not be read, by whatever way', () => {
    const { variables, play } = setUp();
    const pending = variables.pend('db1', { names: ['r'] });
    expect(() => play.scope('db1').get('r')).toThrow(PendingTouched);
    expect(() => play.scope('db1').has('r')).toThrow(PendingTouched);
    expect(() => (play.scope('db1').get('vars') as Opaque).get('r')).toThrow(PendingTouched);
    expect(() => (play.scope('db1').get('vars') as Opaque).keys?.()).toThrow(PendingTouched);
    const hostvars = play.scope('web1.example').get('hostvars') as Opaque;
    expect(() => (hostvars.get('db1') as Opaque).get('r')).toThrow(PendingTouched);
    expect(play.scope('web1.example').get('r')).toBeUndefined();
    expect(play.scope('db1').get('own')).toBe('db');
    pending.settle();
    pending.settle();
    expect(play.scope('db1').get('r')).toBeUndefined();
  });

  it('can be read where a stronger level says it', () => {
    const { variables, play } = setUp({ extraVars: { r: 'extra' } });
    variables.pend('db1', { names: ['r', 's'] });
    expect(play.scope('db1').get('r')).toBe('extra');
    expect(play.scope('db1', play.frame({ role: role('x', { params: vars({ s: 'param' }) }) })).get('s')).toBe('param');
    expect(() => play.scope('db1', play.frame({ vars: [vars({ s: 'task' })] })).get('s')).toThrow(PendingTouched);
  });

  it('may be any fact, but no variable that says how to connect', () => {
    const { variables, play } = setUp();
    const pending = variables.pend('db1', { facts: true });
    expect(() => play.scope('db1').get('ansible_distribution')).toThrow(PendingTouched);
    expect(() => play.scope('db1').get('ansible_facts')).toThrow(PendingTouched);
    for (const name of ['ansible_host', 'ansible_user', 'ansible_become_method', 'ansible_ssh_common_args', 'own'])
      expect(() => play.scope('db1').get(name)).not.toThrow();
    pending.settle();
    expect(play.scope('db1').get('ansible_distribution')).toBeUndefined();
  });

  it('is waited for by as many tasks as will set it', () => {
    const { variables, play } = setUp();
    const [first, second] = [variables.pend('db1', { names: ['r'] }), variables.pend('db1', { names: ['r'] })];
    first.settle();
    expect(() => play.scope('db1').get('r')).toThrow(PendingTouched);
    second.settle();
    expect(play.scope('db1').get('r')).toBeUndefined();
    const anything = variables.pend('db1', { anything: true });
    expect(() => play.scope('db1').get('own')).toThrow(PendingTouched);
    anything.settle();
  });
});

describe('the origin of a value', () => {
  it('names every level that has it, strongest first', () => {
    const { variables } = setUp({ extraVars: { own: 'extra' } });
    variables.setFact('db1', 'own', 'fact');
    expect(variables.origin('db1', 'own').map(({ level, value }) => [level, value])).toEqual([
      [22, 'extra'],
      [19, 'fact'],
      [8, 'db'],
    ]);
  });
});
