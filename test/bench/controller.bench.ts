import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fakeTransport } from '../../src/transport/fake/fake.ts';
import { simulatedHosts } from '../../src/transport/fake/simulated-host.ts';
import { localTransport } from '../../src/transport/local/local.ts';
import { play } from '../run/play.ts';

/**
 * What the controller itself costs in processor time: 200 hosts that answer at once, with true replies of this machine. Aim:
 * 0.3 ms per task and host.
 */
const hosts = 200;
const rounds = 10;
const folder = mkdtempSync(join(tmpdir(), 'kb-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kinds = {
  'tasks that are skipped': 'debug: msg=x\n      when: number == 2',
  debug: 'debug: msg="{{ greeting }} {{ inventory_hostname }}"',
  set_fact: 'set_fact: fresh="{{ number + 1 }}"',
  file: `file: path=${folder}/there state=directory mode="{{ mode }}"`,
  stat: `stat: path=${folder}/there`,
} as const;

describe(`the controller with ${hosts} hosts`, () => {
  it.each(Object.entries(kinds))('%s', async (_name, task) => {
    writeFileSync(
      join(folder, 'inventory.ini'),
      ['[all:vars]', 'ansible_connection=fake', '[all]', `h[001:${hosts}]`].join('\n'),
    );
    const body = Array.from({ length: rounds }, () => `    - ${task}\n`).join('');
    const vars = "  vars: {greeting: hello, number: 1, mode: '0755'}\n";
    writeFileSync(join(folder, 'site.yml'), `- hosts: all\n  gather_facts: false\n${vars}  tasks:\n${body}`);
    const machine = await localTransport.connect({
      name: 'local',
      transport: 'local',
      address: 'localhost',
      hostKeyChecking: 'yes',
      connectTimeoutMs: 5000,
    });
    const prepare = await machine.shell({ method: 'none' });
    const { sh } = await import('../../src/transport/shell/quote.ts');
    await prepare.send([{ text: sh`mkdir -p -m 755 ${join(folder, 'there')}` }]);
    const transport = fakeTransport(simulatedHosts(machine));
    const run = async (): Promise<number> => {
      const began = process.cpuUsage();
      const { exit } = await play({
        folder,
        file: 'site.yml',
        scratch: folder,
        lookAhead: true,
        options: { connect: (target, options) => transport.connect(target, options) },
      });
      expect(exit).toBe(0);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    await run();
    const times = [await run(), await run(), await run()];
    const each = Math.min(...times) / (hosts * rounds);
    console.log(`${task.split(':', 1)[0]}: ${each.toFixed(3)} ms per task and host`);
    await machine.close();
  });
});
