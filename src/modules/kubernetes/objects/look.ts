import { joinShell, type ShellText, sh } from '../../../transport/shell/quote.ts';
import { type ApiRequest, type ApiServer, askServer, readAnswers } from './api-server.ts';
import { comparisons, type Difference, readComparisons, readKept } from './compare.ts';
import { type InventoryPlace, type ObjectName, readInventory, shownName } from './inventory.ts';
import { resourcePath } from './resources.ts';

export interface Wanted {
  readonly kubectl: readonly string[];
  readonly server: ApiServer | undefined;
  readonly state: string;
  readonly objects: readonly ObjectName[];
  /** What is to be applied: the inventory, where there is one, and the objects; each with its name. */
  readonly items: readonly (readonly [ObjectName, unknown])[];
  /** The items as one Kubernetes List, in JSON. */
  readonly content: string;
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

export interface Found {
  readonly reachable: boolean;
  /** What would change. */
  readonly differences: readonly Difference[];
  /** What the inventory lists. */
  readonly before: readonly ObjectName[];
}

/** Asks the server itself, and ends the look, where it is told by whom and the host has curl; empty where it can't. */
export const askedText = ({ server, state, items, inventory, fieldManager, objects }: Wanted): ShellText => {
  const remembered = inventory ? [{ path: resourcePath(mapName(inventory)) as string }] : [];
  const asked = state === 'absent' ? presence(objects) : comparisons(items, fieldManager);
  if (!server || !asked) return sh`:`;
  return sh`if command -v curl >/dev/null 2>&1; then
  kb_put by server
  kb_out=$(${askServer(server, [...remembered, ...asked])} 2>&1) || { kb_put unreachable "$kb_out"; exit 0; }
  printf 'content=%s' "$kb_out"
  exit 0
fi`;
};

export const readAsked = ({ state, items, inventory, objects }: Wanted, content: Uint8Array): Found => {
  const answers = readAnswers(content);
  const map = inventory && readKept(mapName(inventory), answers.shift());
  const { data } = (map ?? {}) as { readonly data?: { readonly objects?: string } };
  const names = items.map(([name]) => name);
  return {
    reachable: true,
    before: readInventory(data?.objects ?? ''),
    differences:
      state === 'absent'
        ? objects
            .filter((object, at) => readKept(object, answers[at]) !== undefined)
            .map((object) => ({ what: shownName(object), before: '', after: '' }))
        : readComparisons(names, answers),
  };
};

const presence = (objects: readonly ObjectName[]): ApiRequest[] | undefined => {
  const paths = objects.map(resourcePath);
  return paths.some((path) => path === undefined) ? undefined : paths.map((path) => ({ path: path as string }));
};

export const kubectlText = ({ kubectl, state, namespace, fieldManager, inventory, objects }: Wanted): ShellText =>
  joinShell([
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
  ]);

const mapName = ({ namespace, name }: InventoryPlace): ObjectName => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name,
});
