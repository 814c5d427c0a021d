import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configure } from '../../src/cli/play.ts';
import { runCommand } from '../cli/run-command.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'k8s-bm-playbooks-'));
  vi.stubEnv('ANSIBLE_ROLES_PATH', join(root, 'roles'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

// A deploy does not hold its own playbooks and roles against all this anew each time.
describe.each(['deploy.yml', 'check.yml'])('playbooks/%s', (playbook) => {
  it.each([
    ['one host', '[masters]\nn1\n'],
    ['several masters, workers, and etcd apart', '[etcd]\ne1\n[masters]\nm1\nm2\nm3\n[workers]\nw1\nm3\n'],
  ])(
    'has nothing wrong that can be known beforehand, for %s',
    async (_, hosts) => {
      const inventory = join(folder, 'hosts.ini');
      writeFileSync(inventory, `${hosts}[all:vars]\nkubernetes_version=v1.36.3\n`);
      const kubeconfig = 'kubeconfig_file=/nowhere';
      const args = [join(root, 'playbooks', playbook), '-i', inventory, '-e', kubeconfig, '--syntax-check'];
      const { err, code } = await runCommand({ configure }, args);
      expect({ err, code }).toEqual({ err: '', code: 0 });
    },
    60_000,
  );
});
