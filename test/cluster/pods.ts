import { registryName } from '../../src/lab/registry/image-registry.ts';
import type { TestHost } from '../lab-hosts.ts';
import { kubectl } from './deploy-command.ts';

/** The port of its host on which each of these pods answers. */
export const hostPort = 8081;

/** Runs a pod of nginx on every node, masters included, and answers their addresses, by node. */
export const podOnEvery = async (master: TestHost, nodes: readonly string[]): Promise<Map<string, string>> => {
  await master.must(`${kubectl} apply -f - <<'E'\n${nodes.map(podOn).join('\n---\n')}\nE`);
  await master.must(`${kubectl} wait --for=condition=Ready pod -l app=pair --timeout=300s`);
  const listed = await master.must(
    `${kubectl} get pods -l app=pair -o jsonpath='{range .items[*]}{.spec.nodeName} {.status.podIP}{"\\n"}{end}'`,
  );
  const pairs = listed.trim().split('\n');
  return new Map(pairs.map((line) => line.split(' ') as [string, string]));
};

/** How many of the addresses answer the pod of that name with nginx's page. */
export const answersTo = async (master: TestHost, pod: string, addresses: Iterable<string>): Promise<number> => {
  // bash's own sockets: the image of nginx has no client.
  const ask = [...addresses].map(
    (to) =>
      `exec 3<>/dev/tcp/${to}/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && grep -c 'Welcome to nginx' <&3; exec 3>&-`,
  );
  const answers = await master.must(`${kubectl} exec -i ${pod} -- timeout 60 bash -s <<'E'\n${ask.join('\n')}\nE`);
  return answers
    .trim()
    .split('\n')
    .filter((count) => Number(count) > 0).length;
};

const podOn = (node: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `on-${node}`, labels: { app: 'pair', on: node } },
    spec: {
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'nginx',
          image: `${registryName}/docker.io/library/nginx:1.26`,
          ports: [{ containerPort: 80, hostPort }],
        },
      ],
    },
  });
