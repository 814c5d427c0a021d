import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configure } from '../../src/cli/inventory.ts';
import { Vault } from '../../src/secrets/vault.ts';
import { runCommand } from './run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-inventory-'));
const inventory = join(folder, 'hosts');

beforeAll(() => {
  writeFileSync(inventory, '[web]\nweb1 http_port=8080\nweb2\n[web:vars]\nhttp_port=80\n[all:vars]\nhttp_port=1\n');
  mkdirSync(join(folder, 'group_vars'));
  const secret = new Vault([{ id: 'default', password: 'pw' }]).encrypt('hidden').trimEnd().replaceAll('\n', '\n  ');
  writeFileSync(join(folder, 'group_vars/web.yml'), `http_port: "{{ 80 + 1 }}"\nsecret: !vault |\n  ${secret}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => runCommand({ configure }, ['-i', inventory, ...args], folder);

describe('k8s-bm inventory', () => {
  it('--explain names layer, file and line of a value and of what it overrode', async () => {
    const { out } = await run('--explain', 'web1', 'http_port', '-e', 'http_port=9');
    expect(out).toBe(
      [
        'http_port of web1',
        '  is    "9"           extra vars (-e)                      level 22',
        '  over  8080          the host in the inventory            level 8  hosts:2:6',
        '  over  {{ 80 + 1 }}  group_vars/web beside the inventory  level 6  group_vars/web.yml:1:1',
        '  over  80            the group web in the inventory       level 3  hosts:5:1',
        '  over  1             the group all in the inventory       level 3  hosts:7:1',
        '',
      ].join('\n'),
    );
  });

  it('--explain shows no secret', async () => {
    const { out } = await run('--explain', 'web2', 'secret');
    expect(out).toContain('is  (vaulted)');
  });

  it.each([
    [['--explain', 'web1', 'http_prt'], 'did you mean http_port?'],
    [['--explain', 'wbe1', 'x'], 'did you mean web1?'],
    [['--explain', 'web1'], '--explain takes a host and the name of a variable'],
    [['--host', 'nobody'], 'there is no host nobody in the inventory'],
    [['--graph', 'wbe'], 'did you mean web?'],
  ])('%j says what is wrong', async (args, message) => {
    const { out, err, code } = await run(...args);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(code).toBe(1);
  });

  it('--graph draws groups and hosts', async () => {
    const { out } = await run('--graph');
    expect(out).toBe('@all:\n  |--@ungrouped:\n  |--@web:\n  |  |--web1\n  |  |--web2\n');
  });

  it('--host and --list print JSON as ansible-inventory does', async () => {
    expect(JSON.parse((await run('--host', 'web1')).out)).toMatchObject({ http_port: 8080 });
    const list = JSON.parse((await run('--list')).out);
    expect(list).toMatchObject({
      all: { children: ['ungrouped', 'web'] },
      web: { hosts: ['web1', 'web2'] },
      _meta: { hostvars: { web2: { http_port: '{{ 80 + 1 }}', secret: { __ansible_vault: expect.any(String) } } } },
    });
  });
});
