import { expect, it } from 'vitest';
import { resourcePath } from '../../../../src/modules/kubernetes/objects/resources.ts';

const pathOf = (apiVersion: string, kind: string, name = 'some', namespace = '') =>
  resourcePath({ apiVersion, kind, namespace, name });

it('knows where an API server keeps what', () => {
  expect(pathOf('v1', 'ConfigMap', 'a', 'kube-system')).toBe('/api/v1/namespaces/kube-system/configmaps/a');
  expect(pathOf('apps/v1', 'Deployment')).toBe('/apis/apps/v1/namespaces/default/deployments/some');
  expect(pathOf('v1', 'Namespace', 'a', 'ignored')).toBe('/api/v1/namespaces/a');
  expect(pathOf('rbac.authorization.k8s.io/v1', 'ClusterRole', 'system:x/y')).toBe(
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Ax%2Fy',
  );
});

it('knows the plurals', () => {
  const plurals = [
    ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'],
    ['networking.k8s.io/v1', 'Ingress', 'ingresses'],
    ['storage.k8s.io/v1', 'StorageClass', 'storageclasses'],
    ['v1', 'Endpoints', 'endpoints'],
  ] as const;
  for (const [apiVersion, kind, plural] of plurals) expect(pathOf(apiVersion, kind)).toContain(`/${plural}/some`);
});

it('knows no path for what only a server can tell of, and for what has no name', () => {
  expect(pathOf('example.org/v1', 'Deployment')).toBeUndefined();
  expect(pathOf('v1', 'Deployment')).toBeUndefined();
  expect(pathOf('v1', 'ConfigMap', '')).toBeUndefined();
});
