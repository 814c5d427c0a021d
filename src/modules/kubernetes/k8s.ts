import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { plain } from '../coerce.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { dict, needed, number, result, text, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';

interface Wanted {
  readonly kubectl: readonly string[];
  readonly state: string;
  /** The objects as one Kubernetes List, in JSON. */
  readonly content: string;
  readonly names: readonly string[];
  readonly namespace: readonly string[];
  /** What is rolled out and can be waited for. */
  readonly rollouts: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace: string | undefined;
  }[];
  readonly wait: boolean;
  readonly waitTimeout: number;
  readonly fieldManager: string;
}

/**
 * Objects of Kubernetes, as `kubernetes.core.k8s` describes them, by `kubectl` on the host: server-side apply, compared
 * beforehand by the API server itself (a dry run that stores nothing), so defaults and quantities never look like changes.
 */
export const k8s = defineModule<Wanted, string>({
  name: 'k8s',
  aliases: ['kubernetes.core.k8s', 'community.kubernetes.k8s'],
  summary: 'Manage Kubernetes objects',
  options: {
    kubectl: {
      type: 'list',
      elements: 'str',
      default: ['kubectl'],
      description: 'The command that reaches the API server, as words.',
    },
    state: {
      type: 'str',
      default: 'present',
      choices: ['present', 'absent'],
      description: 'Whether the objects should be there.',
    },
    definition: {
      type: 'raw',
      aliases: ['inline', 'resource_definition'],
      description: 'An object, or a list of them.',
    },
    kind: { type: 'str', description: 'The kind of one object, where there is no definition.' },
    api_version: { type: 'str', default: 'v1', aliases: ['api', 'version'], description: 'Its API version.' },
    name: { type: 'str', description: 'Its name.' },
    namespace: { type: 'str', description: 'The namespace, where an object names none.' },
    kubeconfig: { type: 'path', description: 'The kubeconfig file on the host.' },
    apply: { type: 'bool', default: true, description: 'Objects are always applied; accepted for roles that say so.' },
    server_side_apply: {
      type: 'dict',
      description: 'How to apply.',
      options: {
        field_manager: { type: 'str', default: 'k8s-bm', description: 'Who owns the fields.' },
        force_conflicts: { type: 'bool', default: true, description: 'Take over fields that others own.' },
      },
    },
    wait: { type: 'bool', default: false, description: 'Wait until what was applied is rolled out.' },
    wait_timeout: { type: 'int', default: 120, description: 'Seconds to wait.' },
  },
  constraints: { mutuallyExclusive: [['definition', 'kind']], requiredOneOf: [['definition', 'kind']] },

  prepare: (args) => {
    const objects = readObjects(args.get('definition') ?? singleObject(args));
    const config = text(args, 'kubeconfig');
    return {
      kubectl: [...texts(args, 'kubectl'), ...(config ? [`--kubeconfig=${config}`] : [])],
      state: needed(args, 'state'),
      content: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
      names: objects.map(({ kind, metadata }) => [kind, metadata?.namespace, metadata?.name].filter(Boolean).join(' ')),
      rollouts: objects
        .filter(({ kind }) => ['Deployment', 'DaemonSet', 'StatefulSet'].includes(kind))
        .map(({ kind, metadata }) => ({ kind, name: metadata?.name ?? '', namespace: metadata?.namespace })),
      namespace: text(args, 'namespace') ? ['--namespace', needed(args, 'namespace')] : [],
      wait: args.get('wait') === true,
      waitTimeout: number(args, 'wait_timeout') ?? 120,
      fieldManager: text(dict(args, 'server_side_apply') as never, 'field_manager') ?? 'k8s-bm',
    };
  },

  look: ({ kubectl, state, content, namespace, fieldManager }) => ({
    script: {
      functions: [put, fail],
      stdin: Buffer.from(content),
      text:
        state === 'absent'
          ? sh`kb_out=$(${kubectl} get ${namespace} -f - --ignore-not-found -o name 2>&1) || kb_fail "$kb_out"; printf 'content=%s' "$kb_out"`
          : // diff ends with 1 where something differs, and above that where it could not tell.
            sh`kb_out=$(${kubectl} diff --server-side --force-conflicts --field-manager ${fieldManager} ${namespace} -f - 2>&1); kb_code=$?
[ $kb_code -le 1 ] || case $kb_out in *'not found'*) kb_out="new: $kb_out" ;; *) kb_fail "$kb_out" ;; esac
printf 'content=%s' "$kb_out"`,
    },
    parse: (reply) => decode(readRecords(reply).content ?? new Uint8Array()).trim(),
  }),

  plan: ({ state, names }, found = '') => {
    const what = names.join(', ');
    const changes =
      found === ''
        ? []
        : [
            {
              what,
              before: state === 'absent' ? 'present' : 'otherwise',
              after: state === 'absent' ? null : 'applied',
            },
          ];
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      result: result({ changed: changes.length > 0 }),
      diff:
        changes.length > 0 && state === 'present'
          ? [{ before: '', after: `${found}\n`, beforeHeader: what, afterHeader: what }]
          : [],
    };
  },

  apply: (wanted) => ({
    script: {
      functions: [put, fail],
      stdin: Buffer.from(wanted.content),
      text: wanted.state === 'absent' ? deleteText(wanted) : applyText(wanted),
    },
    finish: (reply) => result({ changed: true, result: (readRecords(reply).fields.get('applied') ?? '').split('\n') }),
  }),
});

const deleteText = ({ kubectl, namespace, wait, waitTimeout }: Wanted) =>
  sh`kb_out=$(${kubectl} delete ${namespace} -f - --ignore-not-found ${`--wait=${wait}`} ${`--timeout=${waitTimeout}s`} 2>&1) || kb_fail "$kb_out"
kb_put applied "$kb_out"`;

const applyText = ({ kubectl, namespace, wait, waitTimeout, fieldManager, rollouts }: Wanted) =>
  joinShell([
    sh`kb_out=$(${kubectl} apply --server-side --force-conflicts --field-manager ${fieldManager} ${namespace} -f - -o name 2>&1) || kb_fail "$kb_out"
kb_put applied "$kb_out"`,
    ...(wait ? rollouts : []).map(
      ({ kind, name, namespace: own }) =>
        sh`kb_err=$(${kubectl} rollout status ${own ? ['--namespace', own] : namespace} ${`${kind.toLowerCase()}/${name}`} ${`--timeout=${waitTimeout}s`} 2>&1) || kb_fail "$kb_err"`,
    ),
  ]);

interface KubernetesObject {
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

const singleObject = (args: ReadonlyMap<string, unknown>) =>
  new Map<never, never>([
    ['apiVersion', args.get('api_version')],
    ['kind', args.get('kind')],
    [
      'metadata',
      new Map([
        ['name', args.get('name')],
        ...(args.has('namespace') ? [['namespace', args.get('namespace')] as const] : []),
      ] as never),
    ],
  ] as never);

const readObjects = (definition: unknown): KubernetesObject[] => {
  const value = plain(definition as never);
  const objects = (Array.isArray(value) ? value.flat() : [value]).filter(
    (object) => object !== null,
  ) as KubernetesObject[];
  const wrong = objects.find((object) => typeof object !== 'object' || typeof object.kind !== 'string');
  if (wrong !== undefined)
    throw new ModuleFailure(
      `an object of Kubernetes has a kind, and this has none: $JSON.stringify(wrong).slice(0, 80)`,
    );
  return objects;
};
