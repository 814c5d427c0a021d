import type { ObjectName } from './inventory.ts';

/** The kinds that every API server has, by the group of their API ('' is core), and whether they lie in namespaces. */
const kinds: Readonly<Record<string, { readonly namespaced?: string; readonly cluster?: string }>> = {
  '': {
    namespaced:
      'ConfigMap Endpoints LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount',
    cluster: 'Namespace Node PersistentVolume',
  },
  'admissionregistration.k8s.io': { cluster: 'MutatingWebhookConfiguration ValidatingWebhookConfiguration' },
  'apiextensions.k8s.io': { cluster: 'CustomResourceDefinition' },
  'apiregistration.k8s.io': { cluster: 'APIService' },
  apps: { namespaced: 'DaemonSet Deployment ReplicaSet StatefulSet' },
  autoscaling: { namespaced: 'HorizontalPodAutoscaler' },
  batch: { namespaced: 'CronJob Job' },
  'coordination.k8s.io': { namespaced: 'Lease' },
  'networking.k8s.io': { namespaced: 'Ingress NetworkPolicy', cluster: 'IngressClass' },
  policy: { namespaced: 'PodDisruptionBudget' },
  'rbac.authorization.k8s.io': { namespaced: 'Role RoleBinding', cluster: 'ClusterRole ClusterRoleBinding' },
  'scheduling.k8s.io': { cluster: 'PriorityClass' },
  'storage.k8s.io': { cluster: 'CSIDriver StorageClass' },
};

/**
 * Where an API server keeps an object: `/apis/apps/v1/namespaces/some/deployments/web` (Kubernetes API concepts, "Resource
 * URIs"). Undefined for an object without a name and for kinds that only the server itself can tell of.
 */
export const resourcePath = ({ apiVersion, kind, namespace, name }: ObjectName): string | undefined => {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const known = kinds[group as string];
  const has = (list = ''): boolean => list.split(' ').includes(kind);
  if (!version || !name || !known || !(has(known.namespaced) || has(known.cluster))) return undefined;
  const place = has(known.namespaced) ? `/namespaces/${encodeURIComponent(namespace || 'default')}` : '';
  return `${group ? `/apis/${group}` : '/api'}/${version}${place}/${plural(kind)}/${encodeURIComponent(name)}`;
};

const plural = (kind: string): string => {
  const one = kind.toLowerCase();
  if (one === 'endpoints') return one;
  return one.endsWith('y') ? `${one.slice(0, -1)}ies` : one.endsWith('s') ? `${one}es` : `${one}s`;
};
