import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configure } from '../../src/cli/check.ts';
import { runCommand } from './run-command.ts';

/** What is wrong with an inventory, as its user reads it before a host is touched: `refusals/*.txt`. */
const folder = mkdtempSync(join(tmpdir(), 'cli-refusals-'));
const before = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const hosts = `  children:
    masters:
      hosts:
        n1: { ansible_host: 192.0.2.11 }
    workers:
      hosts:
        n2: { ansible_host: 192.0.2.12 }
`;

const cases: Readonly<Record<string, string>> = {
  'misspelt-setting': `all:\n  vars:\n    kubernetes_version: v1.36.3\n    pod_netwrok: 10.200.0.0/16\n${hosts}`,
  'wrong-values': `all:\n  vars:\n    kubernetes_version: "1.36"\n    api_port: https\n    flannel_backend: vxlam\n${hosts}`,
  'unknown-minor': `all:\n  vars:\n    kubernetes_version: v1.31.2\n${hosts}`,
  'minor-without-proof': `all:\n  vars:\n    kubernetes_version: v1.37.0\n${hosts}`,
  'no-version': `all:\n${hosts}`,
  'networks-overlap': `all:\n  vars:\n    kubernetes_version: v1.36.3\n    pod_network: 10.96.0.0/12\n${hosts}`,
  'network-of-hosts': `all:\n  vars:\n    kubernetes_version: v1.36.3\n    pod_network: 192.0.2.0/23\n${hosts}`,
  'one-address': `all:\n  vars:\n    kubernetes_version: v1.36.3\n${hosts.replace('.12', '.11')}`,
  'no-masters': 'all:\n  vars:\n    kubernetes_version: v1.36.3\n  hosts:\n    n1:\n',
  'not-yaml': 'all:\n  vars:\n   kubernetes_version: v1.36.3\n    api_port: 6443\n',
  tabs: 'all:\n\tvars: {}\n',
};

describe('an inventory that no cluster can be built from', () => {
  it.each(Object.keys(cases))('%s', async (name) => {
    writeFileSync(join(folder, 'cluster.yml'), cases[name] as string);
    const { out, err, code } = await runCommand({ configure }, ['cluster.yml'], folder);
    expect(out).toBe('');
    expect(code).toBe(1);
    expect(err).not.toMatch(/^\s+at .*\.[jt]s:\d+/m);
    await expect(err).toMatchFileSnapshot(`refusals/${name}.txt`);
  });

  it('that is not there', async () => {
    const { err, code } = await runCommand({ configure }, ['clutser.yml'], folder);
    expect(code).toBe(1);
    await expect(err).toMatchFileSnapshot('refusals/no-file.txt');
  });
});

describe('a Node.js that is too old', () => {
  it('is told its version and where it lies, before anything is loaded', () => {
    const program = resolve(import.meta.dirname, '../../bin/k8s-bm.js');
    const old =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } }); Object.defineProperty(process, 'version', { value: 'v18.20.4' });";
    const ended = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(old)}`, program, 'check'],
      { encoding: 'utf8' },
    );
    expect(ended.stderr).toBe(`k8s-bm needs Node.js 20.19 or newer; this is v18.20.4 (${process.execPath}).\n`);
    expect(ended.status).toBe(1);
  });
});
