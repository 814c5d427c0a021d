import { parse } from 'semver';
import { sh } from '../../transport/shell/quote.ts';
import { encode } from '../../util/bytes.ts';
import { askEngine, engine, readInspected } from '../docker/engine-api.ts';
import { defineModule } from '../module.ts';
import { flag, needed, result, text, texts } from '../read.ts';
import { put, readRecords } from '../shell/records.ts';
import { type RunningVersions, skewProblems } from './version-skew.ts';

interface Wanted {
  readonly version: string;
  readonly folder: string;
  readonly own: string | undefined;
  readonly reachable: readonly string[];
  readonly apiServersStay: boolean;
}

interface MadeContainer {
  readonly Config: { readonly Image: string };
}

/** The kubelet, and the one before it while it is replaced. */
const kubelets = ['/containers/kubelet/json', '/containers/kubelet.previous/json'];

/**
 * Which versions of Kubernetes a host runs, as its containers, its manifests and the API server tell it, and why it must not
 * get another one. Reads only; a host that runs none has no problems.
 */
export const kubernetes_versions = defineModule<Wanted, RunningVersions>({
  name: 'kubernetes_versions',
  summary: 'See which versions of Kubernetes run on a host, and whether they may become another',
  options: {
    wanted: { type: 'str', required: true, description: 'The version that is to run.' },
    folder: { type: 'path', default: '/etc/kubernetes', description: 'Where manifests and certificates lie.' },
    api_server: { type: 'str', description: "The URL of this host's own API server, where it has one." },
    reachable: { type: 'list', elements: 'str', description: 'URLs by which this host reaches any API server.' },
    api_servers_stay: {
      type: 'bool',
      default: false,
      description: 'Whether there are API servers that this run leaves as they are.',
    },
  },

  prepare: (args) => ({
    version: needed(args, 'wanted'),
    folder: needed(args, 'folder'),
    own: text(args, 'api_server'),
    reachable: texts(args, 'reachable'),
    apiServersStay: flag(args, 'api_servers_stay'),
  }),

  look: ({ folder, own, reachable }) => ({
    script: {
      functions: [put, engine],
      batches: [askEngine(...kubelets)],
      text: sh`command -v docker >/dev/null 2>&1 || exit 0
kb_each() { while IFS= read -r kb_line; do kb_put "$1" "$kb_line"; done; }
kb_out=$(kb_engine ${kubelets}) || kb_out=$(docker inspect --type container kubelet kubelet.previous 2>/dev/null)
kb_put containers "$kb_out"
sed -n 's/.*"image": *"\\([^"]*\\)".*/\\1/p' ${`${folder}/manifests/kube-apiserver.json`} 2>/dev/null | kb_each api-server
if command -v curl >/dev/null 2>&1; then kb_curl=curl; else kb_curl='docker exec kubelet curl'; fi
kb_ask() {
  $kb_curl -fsS --noproxy '*' --max-time 3 --cacert ${`${folder}/pki/ca.crt`} --cert ${`${folder}/pki/kubelet.crt`} --key ${`${folder}/pki/kubelet.key`} "$2/version" 2>/dev/null |
    sed -n 's/.*"gitVersion": *"\\([^"]*\\)".*/\\1/p' | kb_each "$1"
}
for kb_x in ${own === undefined ? [] : [own]}; do kb_ask api-server "$kb_x"; done
for kb_x in ${[...reachable]}; do kb_ask reached "$kb_x"; done`,
    },
    parse: (reply) => {
      const { all, fields } = readRecords(reply);
      const named = (name: string) => all.flatMap(([key, value]) => (key === name ? versionIn(value) : []));
      const containers = readInspected(encode(fields.get('containers') ?? '')) as readonly (
        | MadeContainer
        | undefined
      )[];
      return {
        kubelets: containers.flatMap((container) => versionIn(container?.Config.Image ?? '')),
        apiServers: named('api-server'),
        reached: named('reached'),
      };
    },
  }),

  plan: ({ version, apiServersStay }, found) => {
    const running = found as RunningVersions;
    return {
      outcome: 'nothing',
      changes: [],
      result: result({
        changed: false,
        kubelets: [...running.kubelets],
        api_servers: [...running.apiServers],
        reached: [...running.reached],
        problems: skewProblems(version, running, apiServersStay),
      }),
    };
  },
});

/** `v1.36.3` from a version, or from an image whose tag begins with one: `k8s-bm/node:v1.36.3-0.4.4`. */
const versionIn = (said: string): string[] => {
  const [version] = /v\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?(?![^:]*[/:])/.exec(said) ?? [];
  return version !== undefined && parse(version) ? [version] : [];
};
