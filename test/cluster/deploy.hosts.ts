import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { imageRegistry, registryName } from '../../src/lab/registry/image-registry.ts';
import { type TestHost, useLab } from '../lab-hosts.ts';

const root = join(import.meta.dirname, '../..');
const kubectl = 'docker exec -i kubelet kubectl --kubeconfig=/etc/kubernetes/admin.conf';

/** Needs the images of both versions: `k8s-bm lab images --kubernetes v1.36.3 v1.35.4`. */
describe.each([
  ['v1.36.3', '26'],
  ['v1.35.4', '28'],
] as const)('Kubernetes %s on Docker %s', (version, docker) => {
  const lab = useLab({ hosts: 3, docker, services: [imageRegistry] });
  let master: TestHost;
  let first: Deployed;
  let [checked, refused]: (Deployed | undefined)[] = [];
  beforeAll(async () => {
    master = lab.hosts[0] as TestHost;
    const used = lab.hosts[2] as TestHost;
    checked = await deploy(lab.inventory, version, '--check', '--diff');
    await useDocker(used, lab.inventory);
    refused = await deploy(lab.inventory, version);
    first = await deploy(lab.inventory, version, '-e', '{"docker_restart": true}');
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

  it('changes nothing when it is run again, restarts no container, and asks each host at most 15 times', async () => {
    const started = () =>
      Promise.all(
        lab.hosts.map((host) =>
          host.must("docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps -q) | sort"),
        ),
      );
    const before = await started();
    const again = await deploy(lab.inventory, version, '-e', '{"docker_restart": true}');
    expect(again.failures).toEqual([]);
    expect(again.changed).toEqual({ n1: 0, n2: 0, n3: 0 });
    expect(await started()).toEqual(before);
    for (const host of ['n1', 'n2', 'n3']) expect(again.messages[host]).toBeLessThanOrEqual(15);
  });

  it('runs the sample: every pod answers itself through its own Service, every host on the NodePort, by name too', async () => {
    const sample = (await readFile(join(root, 'examples/nginx.yml'), 'utf8')).replace(
      'image: nginx',
      `image: ${registryName}/docker.io/library/nginx`,
    );
    await master.must(`${kubectl} apply -f - <<'E'\n${sample}\nE`);
    await master.must(`${kubectl} rollout status deployment/nginx --timeout=180s`);
    for (const { address } of lab.hosts) {
      // kube-proxy writes its rules a moment after the pods are ready.
      await vi.waitFor(
        async () => {
          const page = await fetch(`http://${address}:30080/`, { signal: AbortSignal.timeout(5_000) });
          expect(await page.text()).toContain('Welcome to nginx!');
        },
        { timeout: 60_000, interval: 500 },
      );
    }
    await master.must(
      `${kubectl} run client --image=${registryName}/k8s-bm/node-base:1 --restart=Never -- sleep 600 && ${kubectl} wait --for=condition=Ready pod/client --timeout=120s`,
    );
    const byName = await master.must(`${kubectl} exec client -- curl -fsS -m 5 http://nginx.default.svc.cluster.local`);
    expect(byName).toContain('Welcome to nginx!');
    const pods = (
      await master.must(
        `${kubectl} get pods -l app=nginx -o jsonpath='{range .items[*]}{.metadata.name} {.status.podIP}{"\\n"}{end}'`,
      )
    )
      .trim()
      .split('\n');
    expect(pods).toHaveLength(3);
    const service = await master.must(`${kubectl} get service nginx -o jsonpath='{.spec.clusterIP}'`);
    for (const pod of pods) {
      const [name, address] = pod.split(' ') as [string, string];
      expect(await master.must(`${kubectl} exec client -- curl -fsS -m 5 http://${address}`)).toContain(
        'Welcome to nginx!',
      );
      // bash's own sockets: the image of nginx has no client. Six tries reach every pod behind the Service, itself too.
      const hairpin = `for i in 1 2 3 4 5 6; do exec 3<>/dev/tcp/${service}/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; grep -c Welcome <&3 | head -1; exec 3>&-; done`;
      const answers = await master.must(`${kubectl} exec -i ${name} -- timeout 20 bash -s <<'E'\n${hairpin}\nE`);
      expect(
        answers
          .trim()
          .split('\n')
          .every((line) => Number(line) > 0),
      ).toBe(true);
    }
    expect(await master.must(`${kubectl} logs ${(pods[0] as string).split(' ')[0]} --tail=1`)).toMatch(/GET/);
  });

  it('carries hostPort, port-forward, and packets from pod to pod on every pair of hosts', async () => {
    const nodes = lab.hosts.map(({ name }) => name);
    await master.must(`${kubectl} apply -f - <<'E'\n${nodes.map(podOn).join('\n---\n')}\nE`);
    await master.must(`${kubectl} wait --for=condition=Ready pod -l app=pair --timeout=120s`);
    const listed = await master.must(
      `${kubectl} get pods -l app=pair -o jsonpath='{range .items[*]}{.status.podIP}{"\\n"}{end}'`,
    );
    const addresses = listed.trim().split('\n');
    expect(new Set(addresses.map((address) => address.split('.')[2])).size).toBe(3);
    for (const node of nodes) {
      // bash's own sockets: the image of nginx has no client.
      const ask = addresses
        .map(
          (to) =>
            `exec 3<>/dev/tcp/${to}/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; grep -c 'Welcome to nginx' <&3; exec 3>&-`,
        )
        .join('\n');
      const answers = await master.must(`${kubectl} exec -i on-${node} -- timeout 20 bash -s <<'E'\n${ask}\nE`);
      expect(
        answers
          .trim()
          .split('\n')
          .filter((count) => Number(count) > 0),
      ).toHaveLength(3);
    }
    for (const { address } of lab.hosts) {
      const page = await fetch(`http://${address}:8081/`, { signal: AbortSignal.timeout(5_000) });
      expect(await page.text()).toContain('Welcome to nginx!');
    }
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

interface Deployed {
  readonly exitCode: number | undefined;
  readonly failures: readonly string[];
  readonly changed: Readonly<Record<string, number>>;
  readonly messages: Readonly<Record<string, number>>;
}

/** Runs the program as a user does, and reads its lines of JSON. */
const deploy = async (inventory: string, version: string, ...flags: string[]): Promise<Deployed> => {
  const started = performance.now();
  const program = ['bin/k8s-bm.js', 'deploy', inventory, '-e', `kubernetes_version=${version}`, '--json', ...flags];
  const { exitCode, stdout, stderr } = await execa('node', program, { cwd: root, reject: false });
  const events = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const end = events.find(({ type }) => type === 'run-end');
  process.stderr.write(`deploy ${version}: ${Math.round((performance.now() - started) / 100) / 10} s\n`);
  const failed = events.filter(
    ({ type, status }) => type === 'unreachable' || (type === 'task-result' && status === 'failed'),
  );
  return {
    exitCode,
    failures: [...failed.map((event) => JSON.stringify(event).slice(0, 2000)), ...(end ? [] : [stderr])],
    changed: byHost(end?.recap, 'changed'),
    messages: byHost(end?.traffic, 'messages'),
  };
};

/** A pod of nginx on a node, masters included, that is reached on a port of its host too. */
const podOn = (node: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `on-${node}`, labels: { app: 'pair' } },
    spec: {
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'nginx',
          image: `${registryName}/docker.io/library/nginx:1.26`,
          ports: [{ containerPort: 80, hostPort: 8081 }],
        },
      ],
    },
  });

/** A host that is in use already: a container and a setting of Docker that are the user's own. */
const useDocker = async (host: TestHost, inventory: string): Promise<void> => {
  const place = /image_registry_ca: (\S+)/.exec(await readFile(inventory, 'utf8'))?.[1] as string;
  const folder = `/etc/docker/certs.d/${registryName}`;
  await host.must(`mkdir -p ${folder} && cat >${folder}/ca.crt <<'E'
${await readFile(place, 'utf8')}
E
echo '{"max-concurrent-uploads": 2}' >/etc/docker/daemon.json
systemctl restart docker
docker run --quiet --detach --restart always --name mine ${registryName}/registry.k8s.io/pause:3.10.1`);
};

const byHost = (counts: Record<string, Record<string, number>> = {}, count: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts)
      .filter(([host]) => host !== 'localhost')
      .map(([host, each]) => [host, each[count] ?? -1]),
  );
