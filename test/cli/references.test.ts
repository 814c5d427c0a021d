import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configure as deploy } from '../../src/cli/deploy.ts';
import { configure as play } from '../../src/cli/play.ts';
import { publishOwnRoles } from '../../src/registry/own-roles.ts';
import { publish } from '../../src/registry/publish.ts';
import { openSources } from '../../src/registry/sources/sources.ts';
// Loaded before any test's time begins: the commands load it when they run.
import '../../src/run/run.ts';
import { RegistryServer } from '../oci/registry-server.ts';
import { runCommand } from './run-command.ts';

/** Plays and inventories that name roles by where they are: settled, locked and run from the cache, with no host at all. */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'cli-references-')));
const before = process.cwd();
const registry = new RegistryServer();
let address = '';

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

beforeAll(async () => {
  address = await registry.listen();
  vi.stubEnv('HOME', join(root, 'home'));
  for (const name of ['XDG_CACHE_HOME', 'ANSIBLE_CONFIG', 'ANSIBLE_ROLES_PATH']) vi.stubEnv(name, undefined);
  const sources = openSources({ environment: process.env, home: join(root, 'home') });
  for (const [name, version] of ['one 1.0.0', 'one 2.0.0', 'two 1.0.0', 'three 1.0.0', 'four 1.0.0', 'five 1.0.0'].map(
    (each) => each.split(' '),
  ) as [string, string][]) {
    const needs = name === 'one' && version === '1.0.0' ? `[{src: "oci://${address}/team/two", version: ^1}]` : '[]';
    write(`source/${name}/meta/main.yml`, `dependencies: ${needs}\n`);
    const more = name === 'five' ? `- include_role: {name: "oci://${address}/team/two@1.0.0"}\n` : '';
    write(`source/${name}/tasks/main.yml`, `- debug: {msg: "role ${name} ${version}"}\n${more}`);
    const where = { folder: join(root, 'source', name), address: `oci://${address}/team/${name}` };
    await publish({ kind: 'role', version, ...where }, sources);
  }
  const own = join(import.meta.dirname, '../..');
  for (const version of ['7.0.0', '7.1.0']) {
    const announce = `- hosts: localhost\n  connection: local\n  gather_facts: false\n  roles: [announce]\n`;
    write('published/package.json', JSON.stringify({ version }));
    write('published/LICENSE', 'as it is\n');
    write('published/playbooks/deploy.yml', announce);
    write('published/roles/announce/tasks/main.yml', `- debug: {msg: "the cluster's roles ${version}"}\n`);
    cpSync(join(own, 'roles/cluster/vars'), join(root, 'published/roles/cluster/vars'), { recursive: true });
    await publishOwnRoles(join(root, 'published'), `oci://${address}/k8s/cluster`, {}, sources);
  }
  await sources.close();
  mkdirSync(join(root, 'project'));
  process.chdir(join(root, 'project'));
}, 120_000);
afterAll(async () => {
  process.chdir(before);
  vi.unstubAllEnvs();
  await registry.close();
  rmSync(root, { recursive: true });
});

/** The folder itself stays, since the test runs in it. */
const emptyProject = (): void => {
  for (const name of readdirSync('.')) rmSync(name, { recursive: true });
};

const lock = (): string => readFileSync('requirements.lock', 'utf8');
const asked = async (action: () => Promise<unknown>): Promise<number> => {
  const known = registry.requests.length;
  await action();
  return registry.requests.length - known;
};

describe('k8s-bm play', { timeout: 300_000 }, () => {
  const run = () => runCommand({ configure: play }, ['-i', 'localhost,', '-c', 'local', '--plain', 'site.yml'], root);

  it('finds references in plays, in what they import, and in roles that tasks name', async () => {
    const role = (name: string, range = ''): string => `oci://${address}/team/${name}${range}`;
    write(
      'project/site.yml',
      `- hosts: all\n  gather_facts: false\n  roles: [{role: "${role('one', '@^1')}"}]\n- import_playbook: more.yml\n`,
    );
    write(
      'project/more.yml',
      `- hosts: all
  gather_facts: false
  tasks:
    - block:
        - import_role: {name: "${role('three')}"}
    - include_role: {name: "${role('four', '@1.0.0')}"}
`,
    );
    const { out, err, code } = await run();
    expect(`${code} ${err}`).toBe('0 Wrote requirements.lock.\n');
    const said = [...out.matchAll(/role (\w+ \d\.\d\.\d)/g)].map(([, each]) => each);
    expect([...new Set(said)]).toEqual(['two 1.0.0', 'one 1.0.0', 'three 1.0.0', 'four 1.0.0']);
    expect(lock()).toContain(`references:\n  "${role('four', '@1.0.0')}": `);
    // From now on the lock and the cache are enough.
    expect(await asked(run)).toBe(0);
  });

  it('finds them in the files that tasks include, in the roles of the project, and in roles that were brought', async () => {
    const role = (name: string, range = ''): string => `oci://${address}/team/${name}${range}`;
    emptyProject();
    write(
      'project/site.yml',
      `- hosts: all
  gather_facts: false
  roles: [own]
  tasks:
    - include_tasks: tasks/more.yml
    - import_tasks: tasks/other.yml
    - include_tasks: "tasks/{{ 'late' }}.yml"
`,
    );
    write('project/roles/own/meta/main.yml', `dependencies: [{role: "${role('four', '@^1')}"}]\n`);
    write('project/roles/own/tasks/main.yml', '- include_tasks: inner.yml\n');
    write('project/roles/own/tasks/inner.yml', `- include_role: {name: "${role('one', '@^2')}"}\n`);
    write('project/tasks/more.yml', `- block: [{include_role: {name: "${role('three')}"}}]\n`);
    write('project/tasks/other.yml', `- include_role: {name: "${role('five')}"}\n`);
    write('project/tasks/late.yml', '- debug: {msg: "role late 0.0.0"}\n');
    const first = await run();
    expect(`${first.code} ${first.err}`).toBe('0 Wrote requirements.lock.\n');
    const said = [...first.out.matchAll(/role (\w+ \d\.\d\.\d)/g)].map(([, each]) => each);
    expect([...new Set(said)]).toEqual([
      'four 1.0.0',
      'one 2.0.0',
      'three 1.0.0',
      'five 1.0.0',
      'two 1.0.0',
      'late 0.0.0',
    ]);
    expect(await asked(run)).toBe(0);

    // A name that only the run makes leads to a file that nobody could read before.
    write('project/tasks/late.yml', `- include_role: {name: "${role('two')}"}\n`);
    rmSync(join(root, 'project/requirements.lock'));
    write('project/tasks/other.yml', '- debug:\n');
    const late = await run();
    expect(late.code).toBe(2);
    expect(late.out).toContain('only the run finds the file that names it');
    expect(late.out).toContain(`k8s-bm role add '${role('two')}' installs it`);
  });

  it('tells what is wrong in the files along with what can not be brought', async () => {
    emptyProject();
    write('project/site.yml', '- hosts: all\n  tasks:\n    - include_tasks: more.yml\n    - debgu:\n');
    write('project/more.yml', `- include_role: {name: "oci://${address}/team/one@^9"}\n`);
    const { err, out, code } = await run();
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/site.yml:4:7: error: .*debgu/);
    expect(err).toMatch(/more.yml:1:\d+: error: there is no version \^9 of oci:/);
  });

  it('says where a reference stands that leads nowhere, before anything is played', async () => {
    write('project/site.yml', `- hosts: all\n  roles:\n    - role: oci://${address}/team/one@^9\n`);
    const { out, err, code } = await run();
    expect(code).toBe(1);
    expect(out).not.toContain('role one');
    expect(err).toMatch(/^site.yml:3:13: error: there is no version \^9 of oci:\S+one\n.*\n.*\n.*on offer: 2.0.0/);
  });
});

describe('k8s-bm deploy', { timeout: 300_000 }, () => {
  const run = () => runCommand({ configure: deploy }, ['lab.yml', '--plain'], root);
  const inventory = (version: string): void =>
    write(
      'project/lab.yml',
      `all:
  vars:
    kubernetes_version: v1.36.3
    cluster_roles: oci://${address}/k8s/cluster${version}
  children:
    masters: {hosts: {n1: {ansible_host: 192.0.2.1}}}
`,
    );

  it('takes its roles from the registry that the inventory pins, keeps them in the lock, and stays with them', async () => {
    inventory('@7.0.0');
    const first = await run();
    expect(first.err).toContain('Wrote requirements.lock.');
    expect(first.out).toContain("the cluster's roles 7.0.0");
    expect(lock()).toMatch(/k8s_bm.cluster:\n {4}version: 7.0.0\n {4}from: oci\n/);
    expect(await asked(run)).toBe(0);
    inventory('@7.1.0');
    expect((await run()).out).toContain("the cluster's roles 7.1.0");
    expect(lock()).not.toContain('version: 7.0.0');
  });

  it('takes nothing that is not pinned', async () => {
    inventory('@^7');
    const { err, code } = await run();
    expect(code).toBe(1);
    expect(err).toMatch(/lab.yml:4:5: error: .* is not pinned to one version in a registry/);
  });
});
