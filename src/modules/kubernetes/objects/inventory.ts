import { joinShell, type ShellText, sh } from '../../../transport/shell/quote.ts';

/** What is needed to find an object of Kubernetes again. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The ConfigMap that remembers which objects were applied, so that those that are left out later can be removed. */
export interface InventoryPlace {
  readonly namespace: string;
  readonly name: string;
}

/** `kube-system/addons`; undefined for anything that is not a namespace and a name. */
export const parsePlace = (text: string): InventoryPlace | undefined => {
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(text) ?? [];
  return namespace && name ? { namespace, name } : undefined;
};

/** The ConfigMap itself, listing these objects: a line each. */
export const inventoryMap = ({ namespace, name }: InventoryPlace, objects: readonly ObjectName[]): unknown => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { objects: objects.map(lineOf).join('\n') },
});

/** Reads back what `inventoryMap` wrote. */
export const readInventory = (lines: string): ObjectName[] =>
  lines
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [apiVersion = '', kind = '', namespace = '', name = ''] = line.split(' ');
      return { apiVersion, kind, namespace: namespace === '-' ? '' : namespace, name };
    });

/** Those of `before` that `now` has not, the last first: what others depend on was applied before them. */
export const leftOut = (before: readonly ObjectName[], now: readonly ObjectName[]): ObjectName[] => {
  const wanted = new Set(now.map(sameness));
  return before.filter((object) => !wanted.has(sameness(object))).toReversed();
};

export const shownName = ({ kind, namespace, name }: ObjectName): string =>
  [kind, namespace, name].filter(Boolean).join(' ');

/** Removes objects one by one; one whose kind is gone is gone itself. */
export const pruneText = (kubectl: readonly string[], objects: readonly ObjectName[]): ShellText =>
  joinShell(
    objects.map(({ apiVersion, kind, namespace, name }) => {
      const object = JSON.stringify({ apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } });
      return sh`kb_err=$(printf %s ${object} | ${kubectl} delete -f - --ignore-not-found --timeout=120s 2>&1) || case $kb_err in *'no matches for kind'*) ;; *) kb_fail ${`removing ${shownName({ apiVersion, kind, namespace, name })} failed: `}"$kb_err" ;; esac`;
    }),
  );

const lineOf = ({ apiVersion, kind, namespace, name }: ObjectName): string =>
  [apiVersion, kind, namespace || '-', name].join(' ');

/** An object keeps its identity when its API's version moves on. */
const sameness = ({ apiVersion, kind, namespace, name }: ObjectName): string =>
  [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, namespace, name].join(' ');
