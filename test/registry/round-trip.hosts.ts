import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { program } from '../lab/program.ts';
import { useLab } from '../lab-hosts.ts';
import { type RunningServer, startRegistry } from './real-servers.ts';

const canary = 'CANARY-7f3a91-password';
const lab = useLab({ hosts: 1 });
let folder = '';
let registry: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8s-bm-round-trip-'));
  registry = await startRegistry(join(folder, 'registry'), canary);
}, 120_000);
afterAll(async () => {
  await registry?.close();
  await rm(folder, { recursive: true, force: true });
});

const said: string[] = [];

/** Runs the program as a user on this machine who has nothing but what the test gave him. */
const k8sBm = async (place: string, args: readonly string[], input = '') => {
  const cwd = join(folder, place);
  await mkdir(cwd, { recursive: true });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    SSL_CERT_FILE: join(folder, 'registry/ca.crt'),
  };
  const done = await execa(process.execPath, [program, ...args], { cwd, env, extendEnv: false, reject: false, input });
  said.push(done.stdout, done.stderr);
  return { code: done.exitCode, out: done.stdout, err: done.stderr };
};

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};

const publish = async (version: string): Promise<void> => {
  await write('source/motd/meta/main.yml', `galaxy_info: {version: ${version}}\ndependencies: []\n`);
  await write('source/motd/tasks/main.yml', `- copy: {content: "release ${version}\\n", dest: /etc/release-of-test}\n`);
  const { code, err } = await k8sBm('source', ['role', 'publish', 'motd', `oci://${registry.address}/team/motd`]);
  expect(err).toBe('');
  expect(code).toBe(0);
};

/** Plays a project on the host; how many tasks changed something, and what the host has then. */
const play = async (place: string) => {
  const { code, out, err } = await k8sBm(place, ['play', '-i', lab.inventory, '-u', 'root', 'site.yml']);
  expect(`${code} ${err}`.replace(/Wrote requirements.lock.\n?/, '').trim()).toBe('0');
  const host = (await lab.hosts[0]?.must('cat /etc/release-of-test'))?.trim();
  return { changed: Number(/changed=(\d+)/.exec(out)?.[1]), host };
};

it('brings a role from one folder to another and to a host, and a new version when it is asked for', async () => {
  const refused = await k8sBm('source', ['role', 'login', registry.address, '-u', 'amy', '--password-stdin'], 'wrong');
  expect(refused.code).toBe(1);
  const login = await k8sBm('source', ['role', 'login', registry.address, '-u', 'amy', '--password-stdin'], canary);
  expect(login).toMatchObject({ code: 0, err: '' });
  await publish('1.0.0');

  const address = `oci://${registry.address}/team/motd`;
  const site = (role: string): string => `- hosts: all\n  gather_facts: false\n  roles: [{role: "${role}"}]\n`;
  await write('installed/requirements.yml', `roles:\n  - src: ${address}\n    version: ^1.0\n`);
  await write('installed/site.yml', site('motd'));
  await write('referenced/site.yml', site(`${address}@^1`));
  expect((await k8sBm('installed', ['role', 'install'])).out).toContain('+ motd  1.0.0');
  expect(await play('installed')).toEqual({ changed: 1, host: 'release 1.0.0' });
  expect(await play('referenced')).toEqual({ changed: 0, host: 'release 1.0.0' });

  // There is a newer one, and the locks say no.
  await publish('1.1.0');
  expect((await k8sBm('installed', ['role', 'install'])).out).toContain('Nothing to do');
  expect(await play('installed')).toEqual({ changed: 0, host: 'release 1.0.0' });
  expect(await play('referenced')).toEqual({ changed: 0, host: 'release 1.0.0' });
  const outdated = await k8sBm('installed', ['role', 'outdated']);
  expect(outdated).toMatchObject({ code: 1 });
  expect(outdated.out).toMatch(/motd +1\.0\.0 +1\.1\.0 +1\.1\.0/);

  expect((await k8sBm('installed', ['role', 'update'])).out).toContain('~ motd  1.0.0 → 1.1.0');
  expect(await play('installed')).toEqual({ changed: 1, host: 'release 1.1.0' });
  expect(await play('installed')).toEqual({ changed: 0, host: 'release 1.1.0' });
  expect((await k8sBm('installed', ['role', 'verify'])).code).toBe(0);
  await k8sBm('referenced', ['role', 'update']);
  expect(await play('referenced')).toEqual({ changed: 0, host: 'release 1.1.0' });

  // The password is where login put it, and nowhere else.
  const config = JSON.parse(await readFile(join(folder, 'home/.docker/config.json'), 'utf8')) as object;
  expect(JSON.stringify(config)).toContain(Buffer.from(`amy:${canary}`).toString('base64'));
  expect(said.join('\n')).not.toContain(canary);
  for (const part of ['installed', 'referenced', 'source', 'home/.cache'])
    for (const file of await filesBelow(join(folder, part)))
      expect(await readFile(file, 'latin1')).not.toContain(canary);
});

it('is killed at any moment, and the next install makes everything whole', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `part${index}`);
  for (const name of names) {
    await write(`source/${name}/tasks/main.yml`, '- debug:\n');
    await write(`source/${name}/files/data`, `${name}\n`.repeat(20_000));
    await k8sBm('source', ['role', 'publish', name, `oci://${registry.address}/team/${name}@1.0.0`]);
  }
  const entries = names.map((name) => `  - src: oci://${registry.address}/team/${name}\n`);
  await write('killed/requirements.yml', `roles:\n${entries.join('')}`);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    SSL_CERT_FILE: join(folder, 'registry/ca.crt'),
  };
  for (const patience of [0, 20, 60, 120, 200]) {
    await rm(join(folder, 'home/.cache'), { recursive: true, force: true });
    const child = execa(process.execPath, [program, 'role', 'install'], {
      cwd: join(folder, 'killed'),
      env,
      extendEnv: false,
      reject: false,
    });
    // From when it has begun to write: what came before cannot be harmed.
    const begun = join(folder, 'home/.cache/k8s-bm/registry/new');
    for (let turn = 0; turn < 600 && (await readdir(begun).catch(() => [])).length === 0; turn++) await delay(10);
    await delay(patience);
    child.kill('SIGKILL');
    await child;
  }
  const whole = await k8sBm('killed', ['role', 'install']);
  expect(whole).toMatchObject({ code: 0, err: '' });
  expect((await k8sBm('killed', ['role', 'verify'])).out).toContain('Unchanged: 6 roles and collections are what');
  expect(await readdir(join(folder, 'killed'))).toEqual(['requirements.lock', 'requirements.yml', 'roles']);
  expect((await readdir(join(folder, 'killed/roles'))).sort()).toEqual(names);
  expect(await readdir(join(folder, 'home/.cache/k8s-bm/registry/new'))).toEqual([]);
});

const filesBelow = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
