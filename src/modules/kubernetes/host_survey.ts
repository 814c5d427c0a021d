import { sh } from '../../transport/shell/quote.ts';
import { asText, fromPlain, plain } from '../coerce.ts';
import { askEngine, engine, listed, readListed } from '../docker/engine-api.ts';
import { hashLabel, podLabel } from '../docker/labels.ts';
import { type Arguments, defineModule } from '../module.ts';
import { dict, flag, list, number, result, text, texts } from '../read.ts';
import { put, readRecords } from '../shell/records.ts';
import { type Expected, problemsOf, type Survey } from './survey-problems.ts';

/**
 * What a host is like before it becomes part of a cluster, and what of it stands in the way: who holds the ports, where
 * its routes lead, what Docker runs and how it was started, its clock, its disk, its cgroups. Reads only.
 */
export const host_survey = defineModule<Expected, Survey>({
  name: 'host_survey',
  summary: 'Find out what stands in the way of Kubernetes on a host',
  options: {
    networks: { type: 'dict', description: 'Ranges that the cluster will use, by the name of their setting.' },
    pod_network: { type: 'str', description: "Which of them is flannel's: its own routes are no obstacle." },
    ports: {
      type: 'list',
      elements: 'dict',
      description: 'TCP ports that the cluster will use.',
      options: {
        port: { type: 'int', required: true, description: 'The port.' },
        process: { type: 'str', required: true, description: 'The program that will hold it.' },
        container: { type: 'str', required: true, description: 'The container of ours that this program is part of.' },
      },
    },
    docker_settings: {
      type: 'list',
      elements: 'str',
      description: "Keys that will stand in daemon.json, which must not be flags of dockerd's too.",
    },
    subnet_file: { type: 'path', description: "flannel's subnet file." },
    containers_only: { type: 'bool', default: false, description: 'Only list what runs, which is quick.' },
    disk_mb: { type: 'int', default: 0, description: "Megabytes that must be free in Docker's folder at first." },
  },

  prepare: (args) => ({
    networks: plain(dict(args, 'networks')) as Record<string, string>,
    podNetwork: text(args, 'pod_network'),
    ports: list(args, 'ports').map((entry) => {
      const port = entry as unknown as Arguments;
      const word = (name: string) => asText(port.get(name) ?? '');
      return { port: number(port, 'port') ?? 0, process: word('process'), container: word('container') };
    }),
    dockerSettings: texts(args, 'docker_settings'),
    subnetFile: text(args, 'subnet_file') ?? '',
    diskMb: number(args, 'disk_mb') ?? 0,
    containersOnly: flag(args, 'containers_only'),
  }),

  look: ({ subnetFile, containersOnly }) => ({
    script: {
      functions: [put, engine],
      batches: [askEngine('/containers/json', ...(containersOnly ? [] : ['/version']))],
      text: containersOnly
        ? containersText
        : sh`kb_put clock "$(date +%s)"
kb_put routes "$(ip -4 route 2>/dev/null)"
if command -v ss >/dev/null 2>&1; then kb_put sockets "$(ss -Hltnp 2>/dev/null)"
else kb_put ports "$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | sed -n 's/^ *[0-9]*: [0-9A-F]*:\\([0-9A-F]*\\) [0-9A-F:]* 0A .*/\\1/p')"; fi
kb_put cgroups "$(cat /sys/fs/cgroup/cgroup.controllers 2>/dev/null || sed -n 's/^\\([a-z_]*\\)\\t[0-9]*\\t[0-9]*\\t1$/\\1/p' /proc/cgroups | tr '\\n' ' ')"
kb_x=/var/lib/docker; [ -d "$kb_x" ] || kb_x=/var/lib; [ -d "$kb_x" ] || kb_x=/
kb_put disk "$(df -Pk "$kb_x" 2>/dev/null | tail -n 1)"
for kb_x in /usr/bin /usr/local/bin /usr/sbin /bin /sbin; do [ ! -x "$kb_x/dockerd" ] || kb_put engine "$kb_x"; done
kb_pid=; for kb_x in $(pidof dockerd 2>/dev/null); do
  if [ "$(cat "/proc/$kb_x/uid_map" 2>/dev/null)" = "$(cat /proc/self/uid_map)" ]; then kb_pid=$kb_x; else kb_put rootless "$(stat -c %U "/proc/$kb_x" 2>/dev/null)"; fi
done
[ -z "$kb_pid" ] || kb_put dockerd "$(tr '\\000' '\\n' </proc/"$kb_pid"/cmdline 2>/dev/null)"
[ -z ${subnetFile} ] || kb_put subnet "$(sed -n 's/^FLANNEL_SUBNET=//p' ${subnetFile} 2>/dev/null)"
command -v docker >/dev/null 2>&1 || exit 0
kb_put docker "$(kb_engine /version || docker version --format '{{.Server.Version}}' 2>/dev/null)"
${containersText}`,
    },
    parse: (reply) => readSurvey(readRecords({ ...reply, code: 0 })),
  }),

  plan: (expected, found) => {
    const survey = found as Survey;
    return {
      outcome: 'nothing',
      changes: [],
      result: result({
        changed: false,
        problems: problemsOf(survey, expected),
        clock: survey.clock,
        docker_installed: survey.dockerInstalled,
        subnet: survey.subnet,
        docker_version: survey.dockerVersion,
        own_containers: [...survey.ownContainers],
        containers: [...survey.containers],
        made: [...survey.made],
        routes: fromPlain(survey.routes),
      }),
    };
  },
});

const containersText = sh`kb_put containers "$(kb_engine /containers/json || docker ps --format ${listed(hashLabel, podLabel)} 2>/dev/null)"`;

const readSurvey = ({ fields }: ReturnType<typeof readRecords>): Survey => {
  const lines = (name: string): string[] => (fields.get(name) ?? '').split('\n').filter((line) => line.trim() !== '');
  const containers = readListed(fields.get('containers') ?? '').map(
    ({ Names: [name = ''], Labels }) => [name.slice(1), Labels[hashLabel], Labels[podLabel]] as const,
  );
  return {
    clock: Number(fields.get('clock') ?? 0),
    routes: lines('routes').map((line) => {
      const [to = '', ...words] = line.split(' ');
      return { to, device: words[words.indexOf('dev') + 1] ?? '' };
    }),
    listening: [
      ...lines('sockets').map((line) => {
        const [, , , local = ''] = line.split(/\s+/);
        const [, process, pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(line) ?? [];
        return { port: Number(local.split(':').at(-1)), process, pid };
      }),
      ...lines('ports').map((port) => ({ port: Number.parseInt(port, 16), process: undefined, pid: undefined })),
    ],
    cgroups: (fields.get('cgroups') ?? '').split(/\s+/).filter(Boolean),
    diskFreeMb: Math.floor(Number((fields.get('disk') ?? '').split(/\s+/)[3] ?? 0) / 1024),
    dockerdFlags: lines('dockerd').flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? []),
    dockerInstalled: fields.has('engine'),
    dockerdRoot: fields.has('dockerd'),
    rootless: fields.get('rootless'),
    subnet: fields.get('subnet') ?? '',
    dockerVersion: versionIn(fields.get('docker') ?? ''),
    made: containers.flatMap(([name = '', hash]) => (hash ? [`${podName(name)}=${hash}`] : [])),
    containers: containers.flatMap(([name = '', hash]) => (hash ? [name] : [])),
    ownContainers: containers.flatMap(([name = '', hash, pod]) => (hash || pod ? [] : [name])),
  };
};

/** Of `k8s_POD_kube-scheduler-n1_kube-system_0123…_0`, what does not change when the kubelet starts it anew. */
const podName = (name: string): string => (name.startsWith('k8s_POD_') ? (name.split('_')[2] ?? name) : name);

/** The API's answer is an object, the command's a text. */
const versionIn = (said: string): string | undefined =>
  (said.startsWith('{') ? (JSON.parse(said) as { readonly Version?: string }).Version : said) || undefined;
