import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { dict, needed, number, result, text, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { apiServerOptions, readApiServer } from './objects/api-server.ts';
import {
  inventoryMap,
  leftOut,
  type ObjectName,
  parsePlace,
  pruneText,
  readInventory,
  shownName,
} from './objects/inventory.ts';
import { askedText, type Found, kubectlText, readAsked, type Wanted } from './objects/look.ts';
import { type KubernetesObject, wantedObjects } from './objects/wanted.ts';

/**
 * Objects of Kubernetes, as `kubernetes.core.k8s` describes them: server-side apply by `kubectl` on the host, compared
 * beforehand by the API server itself (a dry run that stores nothing), which curl asks where it may, and kubectl otherwise.
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
    ...apiServerOptions,
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
    const objects = wantedObjects(args, context);
    const namespace = text(args, 'namespace');
    const names = objects.map((object) => nameOf(object, namespace));
    const place = text(args, 'inventory');
    const inventory = place === undefined ? undefined : parsePlace(place);
    if (place !== undefined && !inventory)
      throw new ModuleFailure(`inventory names a ConfigMap as NAMESPACE/NAME, and this does not: ${place}`);
    const config = text(args, 'kubeconfig');
    const map = inventory && objects.length > 0 ? [inventoryMap(inventory, names)] : [];
    const items = [...map, ...objects].map((object) => [nameOf(object, namespace), object] as const);
    return {
      kubectl: [...texts(args, 'kubectl'), ...(config ? [`--kubeconfig=${config}`] : [])],
      server: readApiServer(args),
      state: needed(args, 'state'),
      objects: names,
      items,
      content: listOf(items.map(([, object]) => object)),
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

  look: (wanted) => ({
    script: {
      functions: [put, fail],
      stdin: Buffer.from(wanted.content),
      text: joinShell([askedText(wanted), kubectlText(wanted)]),
    },
    parse: (reply) => {
      const { fields, content = new Uint8Array() } = readRecords(reply);
      const reachable = !fields.has('unreachable');
      if (fields.get('by') === 'server' && reachable) return readAsked(wanted, content);
      const differs = decode(content).trim();
      const what = wanted.objects.map(shownName).join(', ');
      return {
        reachable,
        differences: differs === '' ? [] : [{ what, before: '', after: `${differs}\n` }],
        before: readInventory(fields.get('inventory') ?? ''),
      };
    },
  }),

  plan: ({ state, objects }, found) => {
    const { reachable, differences, before } = found as Found;
    const all = objects.map(shownName).join(', ');
    const unknown = reachable || objects.length === 0 ? [] : [{ what: all, before: '', after: '' }];
    const seen = reachable ? (state === 'absent' ? 'present' : 'otherwise') : 'not known: no API server answers';
    const changes = [
      ...[...unknown, ...differences].map(({ what }) => ({
        what,
        before: seen,
        after: state === 'absent' ? null : 'applied',
      })),
      ...leftOut(before, objects).map((object) => ({ what: shownName(object), before: 'present', after: null })),
    ];
    return {
      ...planned(changes),
      diff:
        state === 'present'
          ? differences.map((each) => ({
              before: each.before,
              after: each.after,
              beforeHeader: each.what,
              afterHeader: each.what,
            }))
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

const nameOf = (object: unknown, given: string | undefined): ObjectName => {
  const { apiVersion = '', kind, metadata = {} } = object as KubernetesObject;
  const { name = '', namespace = given ?? '' } = metadata;
  return { apiVersion, kind, name, namespace };
};

const listOf = (items: readonly unknown[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
