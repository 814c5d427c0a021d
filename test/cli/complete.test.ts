import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { complete } from '../../src/cli/completion/candidates.ts';
import { shells } from '../../src/cli/completion/shells.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-complete-'));
const before = process.cwd();

beforeAll(() => {
  writeFileSync(join(folder, 'hosts'), '[web]\nweb1\nweb2\n[db]\ndb1\n');
  writeFileSync(join(folder, 'site.yml'), '- hosts: all\n  tags: [site, "{{ t }}"]\n  roles: [nginx]\n');
  mkdirSync(join(folder, 'roles/nginx/tasks'), { recursive: true });
  writeFileSync(join(folder, 'roles/nginx/tasks/main.yml'), '- debug:\n  tags: install,config\n');
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const at = (line: string) => complete(line.split(' '), commands);

describe('completion', () => {
  it('names commands, subcommands, options and what they may be', async () => {
    expect(await at('de')).toEqual(['deploy']);
    expect(await at('compl')).toEqual(['completion']);
    expect(await at('lab do')).toEqual(['down']);
    expect(await at('lab up --doc')).toEqual(['--docker']);
    expect(await at('lab up --docker ')).toEqual(['26', '28', 'none']);
    expect(await at('completion z')).toEqual(['zsh']);
  });

  it('names hosts and groups of the inventory on the line, after a comma too', async () => {
    expect(await at('play site.yml -i hosts --limit w')).toEqual(['web', 'web1', 'web2']);
    expect(await at('play site.yml -i hosts -l web1,d')).toEqual(['web1,db', 'web1,db1']);
    expect(await at('deploy hosts --limit db1')).toEqual(['db1']);
    expect(await at('run -i hosts d')).toEqual([]);
    expect(await at('play -i nowhere -l ')).toEqual([]);
  });

  it('names the tags of playbooks and roles', async () => {
    expect(await at('play site.yml --tags ')).toEqual(['config', 'install', 'site']);
  });

  it('leaves files to the shell', async () => {
    expect(await at('play ')).toEqual([]);
    expect(await at('nonsense ')).toEqual([]);
  });

  it('gives bash something that it can read', () => {
    const stub = 'k8s-bm() { shift 2; printf \'%s\\n\' "deploy <$*>"; }';
    const script = `${stub}\n${shells.bash}\nCOMP_WORDS=(k8s-bm lab up "") COMP_CWORD=3; _k8s_bm; printf '%s' "\${COMPREPLY[*]}"`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe('deploy <lab up >');
  });
});
