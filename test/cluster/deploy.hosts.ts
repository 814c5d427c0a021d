import { readFile, stat } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageRegistry, registryName } from '../../src/lab/registry/image-registry.ts';
import { type TestHost, useLab } from '../lab-hosts.ts';
import { type DeployRun, kubectl, runDeploy } from './deploy-command.ts';
import { answersTo, hostPort, podOnEvery } from './pods.ts';
import { page, sampleAnswers, sampleIsReady, startSample } from './sample.ts';
import { type Disk, diskOf, quietDiskOf, writtenBetween } from './written.ts';

/** Needs the images of both versions: `k8s-bm lab images --kubernetes v1.36.3 v1.35.4`. */
describe.each([
  ['v1.36.3', '26'],
  ['v1.35.4', '28'],
] as const)('Kubernetes %s on Docker %s', (version, docker) => {
  const lab = useLab({ hosts: 3, docker, services: [imageRegistry] });
  let master: TestHost;
  let first: DeployRun;
  let [checked, refused]: (DeployRun | undefined)[] = [];
  const deploy = (...flags: string[]) => runDeploy(lab.inventory, ['-e', `kubernetes_version=${version}`, ...flags]);
  beforeAll(async () => {
    master = lab.hosts[0] as TestHost;
    const used = lab.hosts[2] as TestHost;
    checked = await deploy('--check', '--diff');
    await useDocker(used, lab.inventory);
    refused = await deploy();
    first = await deploy('-e', '{"docker_restart": true}');
  }, 900_000);

  it('is checked before there is a cluster: nothing fails, nothing is written', async () => {
    expect(checked?.failures).toEqual([]);
    expect(checked?.exitCode).toBe(0);
    expect(checked?.changed.n2).toBeGreaterThan(10);
    expect(refused?.changed).toEqual({ n1: 0, n2: 0, n3: 0 });
  });

  it("stops for a user's own containers unless it may move Docker's bridge, and then brings them back", async () => {
    const used = lab.hosts[2] as TestHost;
    expect(refused?.exitCode).toBe(2);
    expect(refused?.failures.join()).toMatch(/n3 runs containers of its own \(mine\).*docker_restart: true/);
    expect(await used.must("docker inspect --format '{{.State.Running}}' mine")).toBe('true\n');
    const settings = JSON.parse(await used.must('cat /etc/docker/daemon.json')) as Record<string, unknown>;
    expect(settings).toMatchObject({ 'max-concurrent-uploads': 2, 'live-restore': true, 'userland-proxy': false });
    expect(settings.bip).toMatch(/^10\.244\.\d+\.1\/24$/);
  });

  it('is up after one command', async () => {
    expect(first.failures).toEqual([]);
    expect(first.exitCode).toBe(0);
    const nodes = await master.must(
      `${kubectl} get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'`,
    );
    expect(nodes).toBe(['n1', 'n2', 'n3'].map((node) => `${node} ${version} True\n`).join(''));
    const tainted = await master.must(
      `${kubectl} get nodes -o jsonpath='{range .items[*]}{.metadata.name}={.spec.taints[*].key} {end}'`,
    );
    expect(tainted).toBe('n1=node-role.kubernetes.io/control-plane n2= n3= ');
  });

  it('leaves a kubeconfig that works from here, readable by its owner alone', async () => {
    const file = lab.inventory.replace(/\.yml$/, '.kubeconfig');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    const server = /server: (\S+)/.exec(text)?.[1] as string;
    expect(server).toBe(`https://${master.address}:6443`);
    await master.must(`cat > /etc/kubernetes/from-outside.conf <<'E'\n${text}E`);
    const who = await master.must(
      'docker exec kubelet kubectl --kubeconfig=/etc/kubernetes/from-outside.conf auth whoami -o jsonpath={.status.userInfo.username}',
    );
    expect(who).toBe('kubernetes-admin');
  });

  it('changes nothing when it is run again: no container starts anew, no file is written, few messages to a host', async () => {
    const started = () =>
      Promise.all(
        lab.hosts.map((host) =>
          host.must("docker inspect --format '{{.Id}} {{.Name}} {{.State.StartedAt}}' $(docker ps -aq) | sort"),
        ),
      );
    const before = await started();
    const disks = await Promise.all(lab.hosts.map(quietDiskOf));
    const again = await deploy('-e', '{"docker_restart": true}');
    const written = await Promise.all(
      lab.hosts.map(async (host, at) => writtenBetween(disks[at] as Disk, await diskOf(host))),
    );
    expect(again.failures).toEqual([]);
    expect(again.changed).toEqual({ n1: 0, n2: 0, n3: 0 });
    expect(await started()).toEqual(before);
    expect(written).toEqual([[], [], []]);
    // Two more where a host is late and others look ahead meanwhile.
    expect(again.messages.n1).toBeLessThanOrEqual(7);
    for (const host of ['n2', 'n3']) expect(again.messages[host]).toBeLessThanOrEqual(5);
    expect(await master.must('cat /etc/kubernetes/etcd-access')).toMatch(/^[0-9a-f]{64} \d+ \d+\s*$/);
  });

  it('runs the sample: every pod answers itself through its own Service, every host on the NodePort, by name too', async () => {
    await startSample(master);
    await Promise.all(lab.hosts.map(({ address }) => sampleAnswers(address)));
    await master.must(
      `${kubectl} run client --image=${registryName}/k8s-bm/node-base:1 --restart=Never -- sleep 600 && ${kubectl} wait --for=condition=Ready pod/client --timeout=120s`,
    );
    const byName = await master.must(`${kubectl} exec client -- curl -fsS -m 5 http://nginx.default.svc.cluster.local`);
    expect(byName).toContain('Welcome to nginx!');
    const listed = await master.must(
      `${kubectl} get pods -l app=nginx -o jsonpath='{range .items[*]}{.metadata.name} {.status.podIP}{"\\n"}{end}'`,
    );
    const pods = listed.trim().split('\n');
    expect(pods).toHaveLength(3);
    const service = await master.must(`${kubectl} get service nginx -o jsonpath='{.spec.clusterIP}'`);
    for (const pod of pods) {
      const [name, address] = pod.split(' ') as [string, string];
      expect(await master.must(`${kubectl} exec client -- curl -fsS -m 5 http://${address}`)).toContain(
        'Welcome to nginx!',
      );
      // Six tries reach every pod behind the Service, itself too.
      expect(await answersTo(master, name, Array(6).fill(service))).toBe(6);
    }
    expect(await master.must(`${kubectl} logs ${(pods[0] as string).split(' ')[0]} --tail=1`)).toMatch(/GET/);
  });

  it('runs the sample as a ReplicationController too, which makes anew the pod that is taken from it', async () => {
    await startSample(master, 'nginx-rc');
    await Promise.all(lab.hosts.map(({ address }) => sampleAnswers(address, 30081)));
    await master.must(`${kubectl} delete pod -l app=nginx-rc --grace-period=1`);
    await sampleIsReady(master, 'nginx-rc');
    await master.must(`${kubectl} delete rc/nginx-rc service/nginx-rc --wait=false`);
  });

  it('carries hostPort, port-forward, and packets from pod to pod on every pair of hosts', async () => {
    const nodes = lab.hosts.map(({ name }) => name);
    const pods = await podOnEvery(master, nodes);
    expect(new Set([...pods.values()].map((address) => address.split('.')[2])).size).toBe(3);
    for (const node of nodes) expect(await answersTo(master, `on-${node}`, pods.values())).toBe(3);
    for (const { address } of lab.hosts) expect(await page(address, hostPort)).toContain('Welcome to nginx!');
    const forwarded = await master.must(`docker exec -i kubelet sh -s <<'E'
kubectl --kubeconfig=/etc/kubernetes/admin.conf port-forward pod/on-n2 18080:80 >/dev/null 2>&1 & pid=$!
for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; curl -fsS -m 5 http://127.0.0.1:18080/ 2>/dev/null && break; done
kill $pid
E`);
    expect(forwarded).toContain('Welcome to nginx!');
    await master.must(`${kubectl} delete pod -l app=pair --wait=false`);
  });

  it('keeps the keys to root, and the authorities to the masters', async () => {
    for (const host of lab.hosts) {
      const keys = (await host.must('find /etc/kubernetes -name "*.key" -exec stat -c "%a %U %n" {} +'))
        .trim()
        .split('\n');
      expect(keys.filter((line) => !line.startsWith('600 root '))).toEqual([]);
      const authorities = keys.filter((line) => /\/(ca|front-proxy-ca|sa)\.key$/.test(line));
      expect(authorities).toHaveLength(host.name === 'n1' ? 4 : 0);
    }
  });

  it("lets a worker's certificates read no Secret and write nothing outside flannel's prefix", async () => {
    const worker = lab.hosts[1] as TestHost;
    const secrets = await worker.exec(
      'docker exec kubelet kubectl --kubeconfig=/etc/kubernetes/kubelet.conf get secrets -A',
    );
    expect(secrets.stderr).toMatch(/forbidden/i);
    await master.must('mkdir -p /tmp/worker');
    const [certificate, key] = [
      await worker.must('cat /etc/kubernetes/pki/etcd/flannel.crt'),
      await worker.must('cat /etc/kubernetes/pki/etcd/flannel.key'),
    ];
    const folder = '/etc/kubernetes/pki/etcd';
    await master.must(
      `umask 077; cat > ${folder}/worker.crt <<'E'\n${certificate}E\ncat > ${folder}/worker.key <<'E'\n${key}E`,
    );
    const etcdctl = `docker exec etcd etcdctl --endpoints=https://127.0.0.1:2379 --cacert=${folder}/ca.crt --cert=${folder}/worker.crt --key=${folder}/worker.key`;
    expect(
      (await master.must(`${etcdctl} get --prefix --keys-only /coreos.com/network/`)).trim().split(/\n+/),
    ).toHaveLength(4);
    expect((await master.exec(`${etcdctl} get --prefix --keys-only /registry/secrets`)).stderr).toMatch(
      /permission denied/,
    );
    expect((await master.exec(`${etcdctl} put /registry/k8s-bm x`)).stderr).toMatch(/permission denied/);
  });
});

/** A host that is in use already: a container and a setting of Docker that are the user's own, and systemd lets Docker start three times an hour. */
const useDocker = async (host: TestHost, inventory: string): Promise<void> => {
  const place = /image_registry_ca: (\S+)/.exec(await readFile(inventory, 'utf8'))?.[1] as string;
  const folder = `/etc/docker/certs.d/${registryName}`;
  await host.must(`mkdir -p ${folder} && cat >${folder}/ca.crt <<'E'
${await readFile(place, 'utf8')}
E
echo '{"max-concurrent-uploads": 2}' >/etc/docker/daemon.json
mkdir -p /etc/systemd/system/docker.service.d
printf '[Unit]\\nStartLimitIntervalSec=1h\\n' >/etc/systemd/system/docker.service.d/often.conf
systemctl daemon-reload
systemctl restart docker
docker run --quiet --detach --restart always --name mine ${registryName}/registry.k8s.io/pause:3.10.1`);
};
