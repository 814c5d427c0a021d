import { createHash } from 'node:crypto';
import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { plain } from '../coerce.ts';
import { askEngine, engine, enginePath, listed, readListed } from '../docker/engine-api.ts';
import { hashLabel } from '../docker/labels.ts';
import { filesFunction, readFiles } from '../docker/mounted-files.ts';
import { defineModule } from '../module.ts';
import { planned } from '../planned.ts';
import { dict, needed, number, result, text, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { closeTemp, openTemp, takeContent } from '../shell/replace-file.ts';

interface Wanted {
  readonly path: string;
  readonly pod: Pod;
  readonly mountedFiles: readonly string[];
  readonly ready: string;
  readonly readySeconds: number;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [key: string]: unknown;
}

interface Found {
  readonly manifest: string;
  readonly files: string;
  readonly running: readonly string[];
}

/**
 * A static pod: its manifest in the kubelet's folder, with a label over all that it mounts, so that a certificate that changes
 * restarts exactly the pods that read it. Done when Docker runs a container of the pod with that label and `ready_command`
 * succeeds, which the process that ran before cannot fake.
 */
export const static_pod = defineModule<Wanted, Found>({
  name: 'static_pod',
  summary: 'Manage a static pod of the kubelet',
  options: {
    manifest: { type: 'dict', required: true, description: 'The Pod.' },
    folder: { type: 'path', default: '/etc/kubernetes/manifests', description: "The kubelet's folder of static pods." },
    mounted_files: { type: 'list', elements: 'path', description: 'Files that it reads only when it starts.' },
    ready_command: { type: 'str', description: 'Shell text, run on the host until it succeeds.' },
    ready_timeout: { type: 'int', default: 120, description: 'Seconds that the pod is given.' },
  },

  prepare: (args) => {
    const pod = plain(dict(args, 'manifest')) as Pod;
    return {
      path: `${needed(args, 'folder')}/${pod.metadata.name}.json`,
      pod,
      mountedFiles: texts(args, 'mounted_files'),
      ready: text(args, 'ready_command') ?? ':',
      readySeconds: number(args, 'ready_timeout') ?? 120,
    };
  },

  look: ({ path, pod, mountedFiles }) => ({
    script: {
      functions: [put, engine, filesFunction],
      batches: [askEngine(runningPath(pod))],
      text: sh`kb_files ${mountedFiles}
kb_put running "$(kb_engine ${runningPath(pod)} ||
  docker ps ${labelsOf(pod).map((label) => `--filter=label=${label}`)} --format ${listed(hashLabel)} 2>/dev/null)"
printf 'content='; cat -- ${path} 2>/dev/null || :`,
    },
    parse: (reply) => {
      const records = readRecords(reply);
      const { fields, content } = records;
      return {
        manifest: decode(content ?? new Uint8Array()),
        files: readFiles(records),
        running: readListed(fields.get('running') ?? '').map(({ Labels }) => Labels[hashLabel] ?? ''),
      };
    },
  }),

  plan: (wanted, found) => {
    const { manifest, files, running } = found as Found;
    const after = written(wanted.pod, files);
    const what = `static pod ${wanted.pod.metadata.name}`;
    const changes =
      manifest !== after
        ? [{ what, before: manifest === '' ? null : 'as it was', after: manifest === '' ? wanted.path : 'changed' }]
        : running.includes(hashOf(wanted.pod, files))
          ? []
          : [{ what, before: 'not running', after: 'running' }];
    return {
      ...planned(changes, { path: wanted.path }),
      diff:
        manifest === after ? [] : [{ before: manifest, after, beforeHeader: wanted.path, afterHeader: wanted.path }],
    };
  },

  apply: (wanted, found) => {
    const { files, manifest } = found as Found;
    const content = Buffer.from(written(wanted.pod, files));
    const write = [
      sh`mkdir -p -- "$(dirname -- ${wanted.path})" || exit 1`,
      sh`kb_open ${wanted.path}; kb_take ${content.length}; kb_close ${wanted.path} '' '' 600 0`,
    ];
    return {
      script: {
        functions: [put, fail, openTemp, takeContent, closeTemp],
        stdin: content,
        text: joinShell([
          ...(manifest === content.toString() ? [] : write),
          waitText(wanted, hashOf(wanted.pod, files)),
        ]),
      },
      finish: (reply) => {
        readRecords(reply);
        return result({ changed: true, path: wanted.path });
      },
    };
  },
});

const runningPath = (pod: Pod): string =>
  enginePath`/containers/json?filters=${JSON.stringify({ label: labelsOf(pod) })}`;

/** Labels of the container that holds a pod's namespaces. */
const labelsOf = ({ metadata: { name } }: Pod): string[] => [
  'io.kubernetes.container.name=POD',
  `app.kubernetes.io/name=${name}`,
];

const waitText = ({ pod, ready, readySeconds }: Wanted, hash: string) => sh`kb_end=$(($(date +%s) + ${readySeconds}))
kb_ready() {
  kb_uid=$(docker ps --filter ${`label=${hashLabel}=${hash}`} --format '{{.Label "io.kubernetes.pod.uid"}}' | head -n 1)
  [ "$kb_uid" ] || { echo 'the kubelet has not started it'; return 1; }
  [ "$(docker ps -q --filter "label=io.kubernetes.pod.uid=$kb_uid" --filter label=io.kubernetes.docker.type=container)" ] || { echo 'its container does not run'; return 1; }
  (eval ${ready})
}
until kb_said=$(kb_ready 2>&1 </dev/null); do
  if [ "$(date +%s)" -ge "$kb_end" ]; then
    kb_log=$(docker logs --tail 15 "$(docker ps -aq --filter ${`label=io.kubernetes.container.name=${pod.metadata.name}`} | head -n 1)" 2>&1)
    kb_fail ${`static pod ${pod.metadata.name} was not ready after ${readySeconds} s: `}"$(printf %s "$kb_said" | tail -n 3)
It logged:
$kb_log"
  fi
  sleep 0.3
done`;

const hashOf = (pod: Pod, files: string): string =>
  createHash('sha256')
    .update(JSON.stringify([pod, files]))
    .digest('hex')
    .slice(0, 16);

/** The manifest as it lies in the folder. The name is a label too: Docker's list shows labels of pods, not their names alone. */
const written = (pod: Pod, files: string): string => {
  const labels = {
    ...pod.metadata.labels,
    'app.kubernetes.io/name': pod.metadata.name,
    [hashLabel]: hashOf(pod, files),
  };
  return `${JSON.stringify({ ...pod, metadata: { ...pod.metadata, labels } }, null, 2)}\n`;
};
