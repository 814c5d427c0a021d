import { loadYaml } from '../../language/yaml.ts';
import type { Value } from '../../template/values.ts';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { plain } from '../coerce.ts';
import { defineModule, type ModuleContext, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { dict, needed, number, result, text, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import {
  type InventoryPlace,
  inventoryMap,
  leftOut,
  type ObjectName,
  parsePlace,
  pruneText,
  readInventory,
  shownName,
} from './k8s-inventory.ts';

interface Wanted {
  readonly kubectl: readonly string[];
  readonly state: string;
  /** The objects as one Kubernetes List, in JSON. */
  readonly content: string;
  readonly objects: readonly ObjectName[];
  readonly inventory: InventoryPlace | undefined;
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

interface Found {
  readonly reachable: boolean;
  /** What kubectl says of the differences; empty where there are none. */
  readonly differs: string;
  /** What the inventory lists. */
  readonly before: readonly ObjectName[];
}

/**
 * Objects of Kubernetes, as `kubernetes.core.k8s` describes them, by `kubectl` on the host: server-side apply, compared
 * beforehand by the API server itself (a dry run that stores nothing), so defaults and quantities never look like changes.
 */
export const k8s = defineModule<Wanted, Found>({
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
    src: { type: 'list', elements: 'path', description: 'Files here with YAML documents that are objects.' },
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
    inventory: {
      type: 'str',
      description:
        'A ConfigMap, as NAMESPACE/NAME, that remembers what was applied: objects that are left out later are removed.',
    },
    wait: { type: 'bool', default: false, description: 'Wait until what was applied is rolled out.' },
    wait_timeout: { type: 'int', default: 120, description: 'Seconds to wait.' },
  },
  constraints: {
    mutuallyExclusive: [['definition', 'kind', 'src']],
    requiredOneOf: [['definition', 'kind', 'src']],
  },

  prepare: (args, context) => {
    const given = args.has('src') ? texts(args, 'src').flatMap((file) => objectsIn(file, context)) : undefined;
    const objects = readObjects(given ?? args.get('definition') ?? singleObject(args));
    const namespace = text(args, 'namespace');
    const names = objects.map(({ apiVersion = '', kind, metadata = {} }) => {
      const { name = '', namespace: own = namespace ?? '' } = metadata;
      return { apiVersion, kind, name, namespace: own };
    });
    const place = text(args, 'inventory');
    const inventory = place === undefined ? undefined : parsePlace(place);
    if (place !== undefined && !inventory)
      throw new ModuleFailure(`inventory names a ConfigMap as NAMESPACE/NAME, and this does not: ${place}`);
    const config = text(args, 'kubeconfig');
    return {
      kubectl: [...texts(args, 'kubectl'), ...(config ? [`--kubeconfig=${config}`] : [])],
      state: needed(args, 'state'),
      content: listOf([...(inventory && objects.length > 0 ? [inventoryMap(inventory, names)] : []), ...objects]),
      objects: names,
      inventory,
      rollouts: objects
        .filter(({ kind }) => ['Deployment', 'DaemonSet', 'StatefulSet'].includes(kind))
        .map(({ kind, metadata }) => ({ kind, name: metadata?.name ?? '', namespace: metadata?.namespace })),
      namespace: namespace ? ['--namespace', namespace] : [],
      wait: args.get('wait') === true,
      waitTimeout: number(args, 'wait_timeout') ?? 120,
      fieldManager: text(dict(args, 'server_side_apply') as never, 'field_manager') ?? 'k8s-bm',
    };
  },

  look: ({ kubectl, state, content, namespace, fieldManager, inventory, objects }) => ({
    script: {
      functions: [put, fail],
      stdin: Buffer.from(content),
      text: joinShell([
        // Asked first, since kubectl tries for a minute to compare with a server that does not answer.
        sh`kb_out=$(${kubectl} get --raw /version --request-timeout=5s </dev/null 2>&1) || { kb_put unreachable "$kb_out"; exit 0; }`,
        ...(inventory
          ? [
              sh`kb_out=$(${kubectl} get configmap ${inventory.name} --namespace ${inventory.namespace} --ignore-not-found -o 'jsonpath={.data.objects}' </dev/null 2>&1) || kb_fail "$kb_out"
kb_put inventory "$kb_out"`,
            ]
          : []),
        ...(objects.length > 0 ? [] : [sh`exit 0`]),
        state === 'absent'
          ? sh`kb_out=$(${kubectl} get ${namespace} -f - --ignore-not-found -o name 2>&1) || kb_fail "$kb_out"; printf 'content=%s' "$kb_out"`
          : // diff ends with 1 where something differs, and above that where it could not tell.
            sh`kb_out=$(${kubectl} diff --server-side --force-conflicts --field-manager ${fieldManager} ${namespace} -f - 2>&1); kb_code=$?
[ $kb_code -le 1 ] || case $kb_out in *'not found'* | *'no matches for kind'*) kb_out="new: $kb_out" ;; *) kb_fail "$kb_out" ;; esac
printf 'content=%s' "$kb_out"`,
      ]),
    },
    parse: (reply) => {
      const { fields, content } = readRecords(reply);
      return {
        reachable: !fields.has('unreachable'),
        differs: decode(content ?? new Uint8Array()).trim(),
        before: readInventory(fields.get('inventory') ?? ''),
      };
    },
  }),

  plan: ({ state, objects }, found) => {
    const { reachable, differs, before } = found as Found;
    const what = objects.map(shownName).join(', ');
    const seen = reachable ? (state === 'absent' ? 'present' : 'otherwise') : 'not known: no API server answers';
    const changes = [
      ...(objects.length === 0 || (reachable && differs === '')
        ? []
        : [{ what, before: seen, after: state === 'absent' ? null : 'applied' }]),
      ...leftOut(before, objects).map((object) => ({ what: shownName(object), before: 'present', after: null })),
    ];
    return {
      ...planned(changes),
      diff:
        differs !== '' && state === 'present'
          ? [{ before: '', after: `${differs}\n`, beforeHeader: what, afterHeader: what }]
          : [],
    };
  },

  apply: (wanted, found) => ({
    script: {
      functions: [put, fail],
      stdin: Buffer.from(wanted.content),
      text: joinShell([
        ...(found?.reachable ? [] : [awaitServer(wanted)]),
        ...(wanted.state === 'absent' ? [deleteText(wanted)] : applySteps(wanted, found?.before ?? [])),
      ]),
    },
    finish: (reply) => result({ changed: true, result: (readRecords(reply).fields.get('applied') ?? '').split('\n') }),
  }),
});

/** A server that was started a moment ago: a balancer in between may not have seen it yet. */
const awaitServer = ({ kubectl }: Wanted) => sh`kb_end=$(($(date +%s) + 30))
until kb_err=$(${kubectl} get --raw /version --request-timeout=5s </dev/null 2>&1); do
  [ "$(date +%s)" -lt "$kb_end" ] || kb_fail "the API server does not answer: $kb_err"
  sleep 0.3
done`;

const deleteText = ({ kubectl, namespace, wait, waitTimeout }: Wanted) =>
  sh`kb_out=$(${kubectl} delete ${namespace} -f - --ignore-not-found ${`--wait=${wait}`} ${`--timeout=${waitTimeout}s`} 2>&1) || kb_fail "$kb_out"
kb_put applied "$kb_out"`;

/**
 * What is left out goes first, since its port or name may be wanted by what comes; the inventory lists it until then. The new
 * inventory is the first of the objects that are applied, so that a run that is cut off anywhere leaves nothing unremembered.
 */
const applySteps = (wanted: Wanted, before: readonly ObjectName[]): ShellText[] => {
  const { kubectl, namespace, wait, waitTimeout, fieldManager, rollouts, inventory, objects } = wanted;
  const apply = sh`${kubectl} apply --server-side --force-conflicts --field-manager ${fieldManager} ${namespace} -f -`;
  const gone = leftOut(before, objects);
  return [
    ...(gone.length > 0 ? [pruneText(kubectl, gone)] : []),
    inventory && objects.length === 0
      ? sh`kb_out=$(printf %s ${listOf([inventoryMap(inventory, [])])} | ${apply} -o name 2>&1) || kb_fail "$kb_out"`
      : sh`kb_out=$(${apply} -o name 2>&1) || kb_fail "$kb_out"`,
    sh`kb_put applied "$kb_out"`,
    ...(wait ? rollouts : []).map(
      ({ kind, name, namespace: own }) =>
        sh`kb_err=$(${kubectl} rollout status ${own ? ['--namespace', own] : namespace} ${`${kind.toLowerCase()}/${name}`} ${`--timeout=${waitTimeout}s`} 2>&1) || kb_fail "$kb_err"`,
    ),
  ];
};

const listOf = (items: readonly unknown[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

const objectsIn = (file: string, context: ModuleContext): Value[] => {
  const path = context.findFile('files', file);
  return [...loadYaml(decode(context.readFile(path)), path).documents] as Value[];
};

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
      `an object of Kubernetes has a kind, and this has none: ${JSON.stringify(wrong).slice(0, 80)}`,
    );
  return objects;
};
