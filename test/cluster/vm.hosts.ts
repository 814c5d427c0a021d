import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseDocument } from 'yaml';
import { imageRegistry } from '../../src/lab/registry/image-registry.ts';
import { type TestHost, useLab } from '../lab-hosts.ts';
import { type DeployRun, kubectl, runDeploy } from './deploy-command.ts';
import { answersTo, hostPort, podOnEvery } from './pods.ts';
import { page } from './sample.ts';

/** Its processor is emulated, so this takes minutes: `npm run test:vm`, and no part of the gate. */
describe('a host with a kernel of its own and cgroup v2 joins a cluster', () => {
  const lab = useLab({ hosts: 3, vms: 1, docker: '28', services: [imageRegistry] });
  // Its image store and its pods begin slowly too.
  const version = ['-e', 'kubernetes_version=v1.36.3', '-e', '{"verify_timeout": 900}'];
  const nodes = ['n1', 'n2', 'n3', 'n4'];
  let master: TestHost;
  let machine: string;
  let joined: DeployRun;
  let pods: Map<string, string>;
  beforeAll(async () => {
    master = lab.hosts[0] as TestHost;
    machine = lab.lab.record.hosts[3]?.address as string;
    const whole = await readFile(lab.inventory, 'utf8');
    const three = parseDocument(whole);
    three.deleteIn(['all', 'hosts', 'n4']);
    three.deleteIn(['all', 'children', 'workers', 'hosts', 'n4']);
    await writeFile(lab.inventory, three.toString({ nullStr: '', lineWidth: 0 }));
    const first = await runDeploy(lab.inventory, version);
    expect(first.failures).toEqual([]);
    await writeFile(lab.inventory, whole);
    joined = await runDeploy(lab.inventory, version);
  }, 2_700_000);
  afterAll(async () => {
    if (master)
      await master.exec(`${kubectl} get nodes,pods -A -o wide`).then(({ stdout }) => process.stderr.write(stdout));
  });

  it('by the same command with one more line in the inventory, and the others stay as they are', async () => {
    expect(joined.failures).toEqual([]);
    expect(joined.exitCode).toBe(0);
    expect(joined.changes.filter((change) => /^n[23]: /.test(change))).toEqual([]);
    const ready = await master.must(
      `${kubectl} get nodes -o jsonpath='{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}'`,
    );
    expect(ready).toBe('n1=True n2=True n3=True n4=True ');
  });

  it('with the kernel, the cgroups and the driver that its Docker has', async () => {
    const configured = async (node: string) =>
      JSON.parse(await master.must(`${kubectl} get --raw /api/v1/nodes/${node}/proxy/configz`)).kubeletconfig;
    const groups = await master.must(`stat -fc %T /sys/fs/cgroup`);
    expect((await configured('n4')).cgroupDriver).toBe('systemd');
    expect((await configured('n2')).cgroupDriver).toBe(groups === 'cgroup2fs\n' ? 'systemd' : 'cgroupfs');
  });

  it('and packets go from every pod to every pod, and to itself by its own Service', async () => {
    pods = await podOnEvery(master, nodes);
    for (const node of nodes) expect(await answersTo(master, `on-${node}`, pods.values())).toBe(4);
    await master.must(`${kubectl} apply -f - <<'E'\n${service}\nE`);
    const own = await master.must(`${kubectl} get service only-n4 -o jsonpath={.spec.clusterIP}`);
    await vi.waitFor(async () => expect(await answersTo(master, 'on-n2', [own])).toBe(1), { timeout: 60_000 });
    expect(await answersTo(master, 'on-n4', [own, own, own])).toBe(3);
  });

  it('and its address answers on a NodePort and on a port of the host, its pod on those of the others', async () => {
    const places = [
      [machine, nodePort],
      [lab.hosts[1]?.address as string, nodePort],
      [machine, hostPort],
    ] as const;
    for (const [address, port] of places)
      await vi.waitFor(async () => expect(await page(address, port)).toContain('Welcome to nginx!'), {
        timeout: 60_000,
        interval: 500,
      });
    expect(await master.must(`${kubectl} logs on-n4 --tail=1`)).toMatch(/GET/);
  });

  it('and nothing changes when it is run again', async () => {
    const again = await runDeploy(lab.inventory, version);
    expect(again.failures).toEqual([]);
    expect(again.changes).toEqual([]);
    expect(again.exitCode).toBe(0);
  });
});

const nodePort = 30088;
const service = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'only-n4' },
  spec: { type: 'NodePort', selector: { on: 'n4' }, ports: [{ port: 80, nodePort }] },
});
