import { beforeAll, describe, expect, it } from 'vitest';
import { imageRegistry } from '../../src/lab/registry/image-registry.ts';
import { type TestHost, useLab } from '../lab-hosts.ts';
import { kubectl, runDeploy } from './deploy-command.ts';
import { sampleAnswers, startSample } from './sample.ts';

const etcdctl =
  'docker exec etcd etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/root.crt --key=/etc/kubernetes/pki/etcd/root.key';
const bridges = "ip -4 -o address show docker0 | awk '{ print $4 }'";

/** On Debian as it is published, to which what the node image needs is added on each host. */
const options = ['-e', 'kubernetes_version=v1.36.3', '-e', 'node_base_image=docker.io/library/debian:trixie-slim'];

describe('a cluster whose hosts were all powered off hard, and on together', () => {
  const lab = useLab({ hosts: 3, docker: '28', services: [imageRegistry] });
  let master: TestHost;
  beforeAll(async () => {
    master = lab.hosts[0] as TestHost;
    const { exitCode, failures } = await runDeploy(lab.inventory, options);
    expect(failures).toEqual([]);
    expect(exitCode).toBe(0);
    await startSample(master);
    await Promise.all(lab.hosts.map(({ address }) => sampleAnswers(address)));
  }, 900_000);

  const subnets = () => Promise.all(lab.hosts.map((host) => host.must(bridges)));
  /** Off and on; the seconds until every host answers on the sample's port. */
  const powerCycle = async (): Promise<number> => {
    await Promise.all(lab.hosts.map((host) => host.kill()));
    const started = performance.now();
    await Promise.all(lab.hosts.map((host) => host.start()));
    await Promise.all(lab.hosts.map(({ address }) => sampleAnswers(address)));
    return (performance.now() - started) / 1000;
  };

  it('answers again within two minutes, without k8s-bm', async () => {
    const before = await subnets();
    const seconds = await powerCycle();
    process.stderr.write(`the sample answered ${seconds.toFixed(1)} s after the hosts were powered on\n`);
    expect(seconds).toBeLessThan(120);
    expect(await subnets()).toEqual(before);
  });

  it('answers again, each host on its part of the network, after the leases of those had expired', async () => {
    const before = await subnets();
    await Promise.all(lab.hosts.map((host) => host.must('docker stop flannel')));
    const leases = await master.must(`${etcdctl} del --prefix /coreos.com/network/subnets/`);
    expect(Number(leases)).toBe(3);
    const seconds = await powerCycle();
    process.stderr.write(`the sample answered ${seconds.toFixed(1)} s after that, without leases\n`);
    expect(seconds).toBeLessThan(120);
    expect(await subnets()).toEqual(before);
  });

  it('is as deploy would leave it', async () => {
    await master.must(`${kubectl} wait --for=condition=Ready node --all --timeout=120s`);
    const again = await runDeploy(lab.inventory, options);
    expect(again.failures).toEqual([]);
    expect(again.changed).toEqual({ n1: 0, n2: 0, n3: 0 });
  });
});
