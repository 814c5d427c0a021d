import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectIdempotent, runModule, shells } from '../harness.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'k8s-bm-docker-'));
  path = join(folder, 'daemon.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const settings = { bip: '10.244.7.1/24', mtu: 1450, 'log-opts': { 'max-size': '10m' } };
const now = (): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe.each(shells)('docker_daemon_config in %s', (shell) => {
  it('writes a file where there was none', async () => {
    const done = await expectIdempotent('docker_daemon_config', { path, settings }, { shell });
    expect(now()).toEqual(settings);
    expect(done.get('changed_keys')).toEqual(['bip', 'mtu', 'log-opts']);
  });

  it("keeps a user's settings, merges mappings, and keeps the file as it was beside it", async () => {
    const before = '{"data-root": "/data/docker", "mtu": 1500, "log-opts": {"max-file": "2"}}';
    writeFileSync(path, before);
    const done = await expectIdempotent('docker_daemon_config', { path, settings }, { shell });
    expect(now()).toEqual({
      'data-root': '/data/docker',
      mtu: 1450,
      'log-opts': { 'max-file': '2', 'max-size': '10m' },
      bip: '10.244.7.1/24',
    });
    expect(done.get('changed_keys')).toEqual(['mtu', 'log-opts', 'bip']);
    expect(readFileSync(`${path}.before-k8s-bm`, 'utf8')).toBe(before);

    await runModule('docker_daemon_config', { path, settings: { mtu: 1400 }, absent: ['bip'] }, { shell });
    expect(now()).toEqual({
      'data-root': '/data/docker',
      mtu: 1400,
      'log-opts': { 'max-file': '2', 'max-size': '10m' },
    });
    expect(readFileSync(`${path}.before-k8s-bm`, 'utf8')).toBe(before);
  });

  it('leaves a file that is not JSON alone, and says so', async () => {
    writeFileSync(path, '{"mtu": 1500,}');
    const done = await runModule('docker_daemon_config', { path, settings }, { shell });
    expect(String(done.result.get('msg'))).toMatch(/^Docker's configuration is not valid JSON/);
    expect(readFileSync(path, 'utf8')).toBe('{"mtu": 1500,}');
  });
});
