import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configure } from '../../src/cli/init.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { startProgram, until } from '../run/program.ts';
import { runCommand } from './run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-init-'));

afterAll(() => rmSync(folder, { recursive: true }));

const run = (file: string, ...args: string[]) => runCommand({ configure }, [join(folder, file), ...args], folder);

describe('k8s-bm init', () => {
  it('asks on a terminal, and what it asks stays to be seen', { timeout: 60_000 }, async () => {
    const running = startProgram(['init', 'typed.yml'], { cwd: folder, terminal: 100 });
    /** What stands on the screen behind what was wiped last. */
    const shown = (): string => running.printed().split('\u001b[0J').at(-1) ?? '';
    const answers = ['n1=192.0.2.11', 'n2=192.0.2.12', 'admin', ''];
    const questions = ['Masters', 'Workers', 'Who logs in', 'Which version'];
    for (const [i, question] of questions.entries()) {
      await until(`${question} is asked`, () => shown().includes(question));
      running.type(`${answers[i]}\r`);
    }
    expect((await running.ended).out).toContain('typed.yml is written.');
    expect(readFileSync(join(folder, 'typed.yml'), 'utf8')).toContain('ansible_user: admin');
  });

  it('writes the inventory of a cluster, and says what comes next', async () => {
    const { out, code } = await run(
      ...(['three.yml', '--master', 'n1=192.0.2.11', '--worker', 'n2=192.0.2.12', '--worker', 'n3'] as const),
      ...['--user', 'admin', '--key', '~/.ssh/lab', '--kubernetes', '1.36.3'],
    );
    expect(code).toBe(0);
    expect(out).toBe(
      'three.yml is written. What stands in the way on the hosts, and then the cluster:\n' +
        '  k8s-bm check three.yml\n  k8s-bm deploy three.yml\n',
    );
    expect(
      readFileSync(join(folder, 'three.yml'), 'utf8'),
    ).toBe(`# A cluster. \`k8s-bm doc cluster\` tells of every setting.

all:
  vars:
    ansible_user: admin
    ansible_become: true
    ansible_ssh_private_key_file: ~/.ssh/lab
    kubernetes_version: v1.36.3
  children:
    masters:
      hosts:
        n1:
          ansible_host: 192.0.2.11
    workers:
      hosts:
        n2:
          ansible_host: 192.0.2.12
        n3:
`);
  });

  it('makes a lone master a worker too', async () => {
    await run('one.yml', '--master', 'n1=192.0.2.11');
    const { inventory } = loadInventory([join(folder, 'one.yml')]);
    const workers = inventory.groups.get('workers');
    expect(workers && inventory.hostsOf(workers).map(({ name }) => name)).toEqual(['n1']);
    expect(inventory.hosts.get('n1')?.vars.get('ansible_host')).toBe('192.0.2.11');
  });

  it('says everything that deploy would refuse before it writes', async () => {
    const { err, code } = await run(
      ...(['none.yml', '--master', 'n1=192.0.2.11', '--master', 'n2=192.0.2.12'] as const),
      ...['--worker', 'n3=192.0.2.11'],
    );
    expect(code).toBe(1);
    expect(err).toBe(
      'k8s-bm: 2 masters would carry an etcd with an even number of members, which tolerates no more failures than 1\n' +
        '  name 1, 3 or 5 masters\n' +
        'k8s-bm: two hosts have the address 192.0.2.11\n  every host needs one of its own\n',
    );
    expect(existsSync(join(folder, 'none.yml'))).toBe(false);
  });

  it('overwrites nothing, and asks nothing without a terminal', async () => {
    await run('kept.yml', '--master', 'n1');
    const before = readFileSync(join(folder, 'kept.yml'), 'utf8');
    expect((await run('kept.yml', '--master', 'n9')).err).toContain('kept.yml exists already');
    expect(readFileSync(join(folder, 'kept.yml'), 'utf8')).toBe(before);
    expect((await run('asked.yml')).err).toContain('no master is named, and there is no terminal to ask on');
    expect((await run('bad.yml', '--master', 'n1=a=b')).err).toContain('"n1=a=b" does not name a host');
  });
});
