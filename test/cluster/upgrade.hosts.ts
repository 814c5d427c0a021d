import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { imageRegistry, registryName } from '../../src/lab/registry/image-registry.ts';
import { type TestHost, useLab } from '../lab-hosts.ts';
import { type DeployRun, kubectl, runDeploy } from './deploy-command.ts';
import { startSample } from './sample.ts';

const drains = "Let the node's pods move to others, as their disruption budgets allow";
const to = (version: string, ...more: string[]) => ['-e', `kubernetes_version=${version}`, ...more];

/** One cluster that goes from one minor to the next; the tests are its life, in their order. */
describe('a cluster of v1.35.4 that becomes one of v1.36.3', () => {
  const lab = useLab({ hosts: 3, docker: '28', services: [imageRegistry] });
  let master: TestHost;
  let client: Client;
  beforeAll(async () => {
    master = lab.hosts[0] as TestHost;
    const { exitCode, failures } = await runDeploy(lab.inventory, to('v1.35.4'));
    expect(failures).toEqual([]);
    expect(exitCode).toBe(0);
    await startSample(master);
    await storeMany(master);
    client = askAgainAndAgain(lab.hosts.map(({ address }) => `http://${address}:30080/`));
  }, 900_000);
  afterAll(() => client?.stop());

  const started = () =>
    Promise.all(
      lab.hosts.map((host) =>
        host.must("docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps -q) | sort"),
      ),
    );
  const cordoned = async () =>
    (
      await master.must(
        `${kubectl} get nodes -o jsonpath='{range .items[?(@.spec.unschedulable==true)]}{.metadata.name} {end}'`,
      )
    ).trim();

  it('refuses to skip a minor, and kubelets that would overtake the API server, before anything is changed', async () => {
    const before = await started();
    const skipped = await runDeploy(lab.inventory, to('v1.37.1', '-e', '{"unproven": true}'));
    expect(skipped.exitCode).toBe(2);
    expect(skipped.failures.join('\n')).toContain("n1 runs kube-apiserver v1.35.4, which can't become v1.37.1 at once");
    expect(skipped.changes).toEqual([]);
    expect(await started()).toEqual(before);
  });

  it('goes on where it was killed while a node was drained, and nobody notices', async () => {
    await master.must(`${kubectl} cordon n1`);
    const killed = await runDeploy(lab.inventory, to('v1.36.3'), (change) => change === `n2: ${drains}`);
    expect(killed.exitCode).toBeNull();
    expect(await cordoned()).toBe('n1 n2');

    const rest = await runDeploy(lab.inventory, to('v1.36.3'));
    expect(rest.failures).toEqual([]);
    expect(rest.exitCode).toBe(0);
    // n1 was cordoned by someone else.
    expect(await cordoned()).toBe('n1');
    const versions = await master.must(
      `${kubectl} get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'`,
    );
    expect(versions).toBe(['n1', 'n2', 'n3'].map((node) => `${node} v1.36.3 True\n`).join(''));
    const answered = await master.must(`${kubectl} version -o json`);
    expect(JSON.parse(answered).serverVersion.gitVersion).toBe('v1.36.3');
    expect(inOrder(killed, rest)).toEqual([]);
    expect(client.failures).toEqual([]);
    expect(client.answers).toBeGreaterThan(100);
  });

  it('keeps what was stored', async () => {
    expect(
      (await master.must(`${kubectl} get configmaps -n many -o name`)).trim().split('\n').length,
    ).toBeGreaterThanOrEqual(1000);
  });

  it('changes nothing when it is run again', async () => {
    const before = await started();
    const again = await runDeploy(lab.inventory, to('v1.36.3'));
    expect(again.failures).toEqual([]);
    expect(again.changed).toEqual({ n1: 0, n2: 0, n3: 0 });
    expect(await started()).toEqual(before);
  });

  it('runs for a part of the hosts too, which changes nothing either', async () => {
    const part = await runDeploy(lab.inventory, to('v1.36.3', '--limit', 'n2'));
    expect(part.failures).toEqual([]);
    expect(part.exitCode).toBe(0);
    expect(part.changes).toEqual([]);
  });

  it('refuses the way back, naming every host', async () => {
    const back = await runDeploy(lab.inventory, to('v1.35.4'));
    expect(back.exitCode).toBe(2);
    for (const host of ['n1', 'n2', 'n3'])
      expect(back.failures.join('\n')).toContain(
        `${host} runs kubelet v1.36.3, and Kubernetes can't go back to v1.35.4`,
      );
    expect(back.changes).toEqual([]);
  });

  it("lets a kubelet read the Secrets of its own node's pods only, and write nothing of another node", async () => {
    const worker = lab.hosts[1] as TestHost;
    const asWorker = 'docker exec kubelet kubectl --kubeconfig=/etc/kubernetes/kubelet.conf';
    const pods = ['n2', 'n3'].flatMap((node) => [
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: `of-${node}` }, stringData: { word: node } },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `on-${node}` },
        spec: {
          nodeName: node,
          containers: [
            {
              name: 'sleeps',
              image: `${registryName}/k8s-bm/node-base:1`,
              command: ['sleep', '600'],
              envFrom: [{ secretRef: { name: `of-${node}` } }],
            },
          ],
        },
      },
    ]);
    await master.must(
      `${kubectl} apply -f - <<'E'\n${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods })}\nE`,
    );
    expect(await worker.must(`${asWorker} get secret of-n2 -o jsonpath={.data.word}`)).toBe(btoa('n2'));
    expect((await worker.exec(`${asWorker} get secret of-n3`)).stderr).toMatch(/forbidden/i);
    expect((await worker.exec(`${asWorker} label node n3 a=b`)).stderr).toMatch(/forbidden|not allowed/i);
    expect((await worker.exec(`${asWorker} delete pod on-n3`)).stderr).toMatch(/forbidden|not allowed/i);
  });

  it('lets the API server compact what etcd keeps', async () => {
    const compacted = async () => {
      const metrics = await master.must('docker exec kubelet curl -fsS http://127.0.0.1:2381/metrics');
      return Number(/^etcd_debugging_mvcc_compact_revision (\S+)/m.exec(metrics)?.[1]);
    };
    // Five minutes are the default; the next deploy puts the manifest back.
    const manifest = '/etc/kubernetes/manifests/kube-apiserver.json';
    await master.must(
      `sed 's/"--allow-privileged=true",/&"--etcd-compaction-interval=5s",/' ${manifest} > /etc/kubernetes/new && mv /etc/kubernetes/new ${manifest}`,
    );
    await vi.waitFor(async () => expect(await compacted()).toBeGreaterThan(1000), {
      timeout: 120_000,
      interval: 2_000,
    });
  });
});

/** nginx in three pods with a budget of one, and a thousand ConfigMaps. */
const storeMany = async (master: TestHost): Promise<void> => {
  const many = Array.from({ length: 1000 }, (_, number) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `c${number}`, namespace: 'many' },
    data: { number: String(number) },
  }));
  await master.must(`${kubectl} create namespace many`);
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: many });
  await master.must(`${kubectl} create -f - >/dev/null <<'E'\n${list}\nE`);
};

interface Client {
  readonly failures: readonly string[];
  readonly answers: number;
  stop(): void;
}

/** A client that opens a connection for each request, ten a second to each URL in turn. */
const askAgainAndAgain = (urls: readonly string[]): Client => {
  const failures: string[] = [];
  let answers = 0;
  let running = true;
  const ask = (url: string) =>
    new Promise<void>((resolve) => {
      const said = (what: string) => {
        failures.push(`${new Date().toISOString()} ${url} ${what}`);
        resolve();
      };
      const request = get(url, { agent: false, timeout: 10_000 }, (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) answers++;
          else failures.push(`${url} answered ${response.statusCode}`);
          resolve();
        });
      });
      request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
      request.on('error', ({ message }) => said(message));
    });
  const loop = async (url: string) => {
    while (running) {
      await ask(url);
      await delay(100);
    }
  };
  for (const url of urls) void loop(url);
  return {
    failures,
    get answers() {
      return answers;
    },
    stop: () => {
      running = false;
    },
  };
};

/** What was changed out of order: each step of an upgrade comes after all of those before it. */
const inOrder = (...runs: readonly DeployRun[]): string[] => {
  const steps = [
    ['n1: Run the API server'],
    ['n1: Run the controller manager', 'n1: Run the scheduler'],
    [`n1: ${drains}`, 'n1: Run the kubelet'],
    [`n2: ${drains}`],
    ['n2: Run the kubelet', 'n2: Let the node take pods again, where it was this tool that stopped it'],
    [
      `n3: ${drains}`,
      'n3: Run the kubelet',
      'n3: Let the node take pods again, where it was this tool that stopped it',
    ],
    ['n1: Run kube-proxy', 'n2: Run kube-proxy', 'n3: Run kube-proxy'],
  ];
  const changes = runs.flatMap((run) => run.changes);
  const at = (change: string) => changes.indexOf(change);
  const wrong = steps
    .flat()
    .filter((change) => at(change) < 0)
    .map((change) => `never: ${change}`);
  for (const [number, step] of steps.entries()) {
    const latest = Math.max(...step.map(at));
    const next = steps[number + 1]?.filter((change) => at(change) < latest) ?? [];
    wrong.push(...next.map((change) => `too early: ${change}`));
  }
  const lastImage = Math.max(
    changes.lastIndexOf('n1: Make the node image'),
    changes.lastIndexOf('n3: Make the node image'),
  );
  if (lastImage > at('n1: Run the API server')) wrong.push('images came after the first stop');
  return wrong;
};
