import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageRegistry } from '../../src/lab/registry/image-registry.ts';
import { type TestHost, useLab } from '../lab-hosts.ts';
import { startProgram } from '../run/program.ts';
import { root, runDeploy } from './deploy-command.ts';
import { diskOf, writtenBetween } from './written.ts';

const version = 'kubernetes_version=v1.36.3';

/** Two hosts without Docker, and without a place to install it from: nothing here makes a cluster. */
describe('deploy tells by its exit code how it ended', () => {
  const lab = useLab({ hosts: 2, docker: 'none', services: [imageRegistry] });
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kb-flags-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  /** What a user sees who keeps the output in a file. */
  const deploy = (...flags: string[]) =>
    startProgram(['deploy', lab.inventory, '-e', version, ...flags], { cwd: root }).ended;

  it('0: a check beforehand, on hosts without Docker; nothing is written, neither there nor here', async () => {
    const hosts = lab.hosts as readonly TestHost[];
    const before = await Promise.all(hosts.map(diskOf));
    const { code, out } = await deploy('--check', '--plain');
    const after = await Promise.all(hosts.map(diskOf));
    expect(out).not.toMatch(/fatal|Error/);
    expect(code).toBe(0);
    expect(out).toContain('Install Docker where it is missing');
    expect(out).toMatch(/n1 +: ok=\d+ +changed=[1-9]/);
    expect(
      hosts.map((_, at) => writtenBetween(before[at] as Map<string, string>, after[at] as Map<string, string>)),
    ).toEqual([[], []]);
    expect(out).not.toContain('The cluster is up');
    await expect(readFile(lab.inventory.replace('.yml', '.kubeconfig'))).rejects.toThrow('ENOENT');
  });

  it('0: roles that --tags names, and what every role needs; with -v what they found, with --json for programs', async () => {
    const titles = (out: string) => new Set([...out.matchAll(/^TASK \[(\w+) :/gm)].map(([, role]) => role));
    const one = await deploy('--check', '--tags', 'docker', '-v');
    expect(one.code).toBe(0);
    expect([...titles(one.out)]).toEqual([
      'outside_limit',
      'standing',
      'preflight',
      'versions',
      'made_once',
      'registries',
      'docker',
    ]);
    expect(one.out).toContain('package docker.io: absent → installed');
    expect(one.out).toMatch(/^ +"changed": true/m);
    const lines = (await deploy('--check', '--skip-tags', 'images', '--json')).out.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { type: string; task?: { role: string } });
    expect(events[0]?.type).toBe('run-start');
    expect(events.at(-1)?.type).toBe('run-end');
    const roles = new Set(events.map(({ task }) => task?.role));
    expect([roles.has('images'), roles.has('kubelet')]).toEqual([false, true]);
  });

  it('1: what is wrong before a host is touched, with its place', async () => {
    const wrong = join(folder, 'wrong.yml');
    const text = await readFile(lab.inventory, 'utf8');
    await writeFile(wrong, text.replace('  vars:\n', '  vars:\n    pod_netwrok: 10.1.0.0/16\n'));
    const misspelt = await startProgram(['deploy', wrong, '-e', version], { cwd: folder }).ended;
    expect(misspelt.code).toBe(1);
    expect(misspelt.out).toMatch(/wrong\.yml:\d+:5/);
    expect(misspelt.out).toContain('did you mean pod_network?');
    const tagged = await deploy('--tags', 'imagse');
    expect(tagged.code).toBe(1);
    expect(tagged.out).toContain("no role of a deploy has the tag 'imagse'");
    expect(tagged.out).toContain('did you mean images?');
    const nobody = await deploy('--limit', 'n7');
    expect(nobody.code).toBe(1);
    expect(nobody.out).toContain('n7');
  });

  it('1 by the inventory, and 0 by -e, which stands above it', async () => {
    const old = join(folder, 'old.yml');
    const text = await readFile(lab.inventory, 'utf8');
    await writeFile(old, text.replace(/kubernetes_version: .*/, 'kubernetes_version: v1.20.1'));
    const check = (...flags: string[]) =>
      startProgram(['deploy', old, '--check', '--tags', 'docker', ...flags], { cwd: root }).ended;
    const refused = await check();
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/old\.yml:\d+:\d+[\s\S]*v1\.20\.1|v1\.20\.1[\s\S]*old\.yml:\d+:\d+/);
    expect((await check('-e', version)).code).toBe(0);
  });

  it('2: a host that failed, said by name, and no change on any', async () => {
    const crowded = await runDeploy(lab.inventory, ['-e', version, '-e', '{"preflight_disk_mb": 99999999}']);
    expect(crowded.exitCode).toBe(2);
    expect(crowded.failures.join('\n')).toMatch(/n1 .*\n.*n2 /);
    expect(crowded.changes).toEqual([]);
  });

  it('4: a host that is off; the words say which, and that the next run goes on', async () => {
    await lab.host('n2').kill();
    const off = await deploy('--timeout', '5', '--plain');
    await lab.host('n2').start();
    expect(off.code).toBe(4);
    expect(off.out).toMatch(/unreachable: \[n2\]/);
    expect(off.out).toMatch(/n2 +: .*unreachable=1/);
    expect(off.out).toMatch(/n1 +: .*changed=0/);
  });
});
