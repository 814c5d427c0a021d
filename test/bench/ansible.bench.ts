import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useLab } from '../lab-hosts.ts';
import { findAnsible } from './ansible.ts';
import { slowLink } from './slow-link.ts';

/**
 * The same playbooks by k8s-bm and by ansible-core with pipelining, one after the other on the same host, over a link of
 * 20 ms there and back. *Whole* is from start to end of the program; *once connected* leaves out the start, the dialling
 * and Ansible's first contact: it begins with the second play, when either has a connection that is up.
 */
const ansible = findAnsible();
if ('missing' in ansible) console.log(`no comparison: ${ansible.missing}`);
const there = 'program' in ansible ? ansible.program : undefined;
const rounds = Number(process.env.K8S_BM_BENCH_ROUNDS ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'kb-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A role as roles are: folders, files, templates, lines, links, facts, conditions, commands that need not run again. */
const role = Array.from({ length: 20 }, (_, n) => {
  const path = `/srv/app/part-${n}`;
  return `- name: Folder ${n}
  ansible.builtin.file: {path: ${path}, state: directory, owner: root, mode: '0755'}
- name: Configuration ${n}
  ansible.builtin.template: {src: part.conf.j2, dest: ${path}/part.conf, mode: '0644'}
  vars: {part: ${n}}
- name: Script ${n}
  ansible.builtin.copy: {src: run.sh, dest: ${path}/run.sh, mode: '0755'}
- name: Option ${n}
  ansible.builtin.lineinfile: {path: ${path}/options, regexp: '^level=', line: 'level={{ level }}', create: true}
  when: ansible_facts['os_family'] == 'Debian'
- name: Build ${n}
  ansible.builtin.command: {cmd: cp ${path}/run.sh ${path}/built, creates: ${path}/built}
`;
}).join('');

const connect = '- name: Connect\n  hosts: all\n  gather_facts: false\n  tasks:\n    - ping:\n';
const playbooks = {
  role: `${connect}- name: Measured\n  hosts: all\n  roles: [app]\n`,
  copies: `${connect}- name: Measured\n  hosts: all\n  gather_facts: false\n  tasks:\n${Array.from(
    { length: 20 },
    (_, n) => `    - copy: {content: "round {{ round }} file ${n}\\n", dest: /srv/copy-${n}}\n`,
  ).join('')}`,
};

const write = (path: string, text: string): void => {
  mkdirSync(resolve(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};

describe.skipIf(!there)('against ansible-core with pipelining, 20 ms there and back', () => {
  const lab = useLab({ hosts: 1, python: true });
  let link: Awaited<ReturnType<typeof slowLink>>;
  beforeAll(async () => {
    write('roles/app/tasks/main.yml', role);
    write('roles/app/defaults/main.yml', 'level: high\n');
    write(
      'roles/app/templates/part.conf.j2',
      '# {{ ansible_facts["hostname"] }}\npart = {{ part }}\nlevel = {{ level }}\n',
    );
    write('roles/app/files/run.sh', '#!/bin/sh\necho running\n');
    for (const [name, text] of Object.entries(playbooks)) write(`${name}.yml`, text);
    const host = lab.host('n1');
    link = await slowLink(host.address, 10);
    const ssh = `-o UserKnownHostsFile=${lab.knownHosts} -o HostKeyAlias=${host.address} -o IdentitiesOnly=yes`;
    write(
      'inventory.ini',
      `n1 ansible_host=127.0.0.1 ansible_port=${link.port} ansible_user=root ansible_ssh_private_key_file=${lab.key} ansible_ssh_common_args='${ssh}' ansible_python_interpreter=/usr/bin/python3\n`,
    );
  });
  afterAll(() => link?.close());

  const ours = (playbook: string, round: number) =>
    timed([process.execPath, resolve('bin/k8s-bm.js'), 'play', '--plain', ...words(playbook, round)]);
  const theirs = (playbook: string, round: number) => timed([there as string, ...words(playbook, round)]);

  it.each([
    ['role', 'a role of 100 tasks with nothing to do'],
    ['copies', '20 changed copies'],
  ] as const)('%s: %s', async (playbook, what) => {
    // The first round makes what is to be found unchanged, and warms up caches on either side.
    let round = 0;
    await ours(playbook, ++round);
    const warm = await theirs(playbook, ++round);
    const [ourTimes, theirTimes]: [Times[], Times[]] = [[], []];
    for (let n = 0; n < rounds; n++) {
      ourTimes.push(await ours(playbook, ++round));
      theirTimes.push(n === 0 && rounds === 1 ? warm : await theirs(playbook, ++round));
    }
    const [we, they] = [median(ourTimes), median(theirTimes)];
    const ratio = (a: number, b: number): string => `${(b / a).toFixed(0)} ×`;
    console.log(
      `${what}: whole ${ratio(we.whole, they.whole)} (${seconds(we.whole)} against ${seconds(they.whole)}), ` +
        `once connected ${ratio(we.connected, they.connected)} (${seconds(we.connected)} against ${seconds(they.connected)})`,
    );
    expect(we.whole).toBeLessThan(they.whole);
  });
});

const words = (playbook: string, round: number): string[] => [
  `${playbook}.yml`,
  ...['-i', 'inventory.ini', '-e', `round=${round}`],
];

interface Times {
  readonly whole: number;
  readonly connected: number;
}

const timed = ([program, ...args]: readonly string[]): Promise<Times> =>
  new Promise((settle, fail) => {
    const env = { ...process.env, ANSIBLE_PIPELINING: '1', ANSIBLE_NOCOLOR: '1', PYTHONUNBUFFERED: '1' };
    const began = performance.now();
    const child = spawn(program as string, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let connected = 0;
    let ended = 0;
    const hear = (bytes: Buffer): void => {
      printed += bytes.toString('latin1');
      if (!connected && printed.includes('PLAY [Measured]')) connected = performance.now();
      if (!ended && printed.includes('PLAY RECAP')) ended = performance.now();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', fail);
    child.on('close', (code) => {
      if (code !== 0 || !ended) fail(new Error(`${program} ended with ${code}:\n${printed}`));
      else settle({ whole: performance.now() - began, connected: ended - connected });
    });
  });

const median = (times: readonly Times[]): Times => {
  const middle = (of: (time: Times) => number): number =>
    times.map(of).sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  return { whole: middle(({ whole }) => whole), connected: middle(({ connected }) => connected) };
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
