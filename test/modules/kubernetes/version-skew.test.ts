import { describe, expect, it } from 'vitest';
import { type RunningVersions, skewProblems } from '../../../src/modules/kubernetes/version-skew.ts';

const running = (found: Partial<RunningVersions>): RunningVersions => ({
  kubelets: [],
  apiServers: [],
  reached: [],
  ...found,
});

describe('which version a host may get', () => {
  it.each([
    ['a host that runs nothing', {}],
    ['what it runs already', { kubelets: ['v1.36.3'], apiServers: ['v1.36.3', 'v1.36.3'], reached: ['v1.36.3'] }],
    ['a later patch', { kubelets: ['v1.36.1'], apiServers: ['v1.36.1'] }],
    ['the next minor', { kubelets: ['v1.35.4'], apiServers: ['v1.35.4'] }],
    ['an upgrade that was cut off', { kubelets: ['v1.35.4'], apiServers: ['v1.36.3', 'v1.35.4'] }],
    ['a kubelet three minors behind', { kubelets: ['v1.33.9'], reached: ['v1.35.4'] }],
  ])('lets %s become v1.36.3', (_, found) => {
    expect(skewProblems('v1.36.3', running(found), false)).toEqual([]);
  });

  it('refuses a minor that is skipped, of any master', () => {
    expect(skewProblems('v1.36.3', running({ kubelets: ['v1.34.4'], apiServers: ['v1.34.4'] }), false)).toEqual([
      "runs kube-apiserver v1.34.4, which can't become v1.36.3 at once: Kubernetes allows one minor at a time, so a v1.35 comes first",
    ]);
  });

  it('refuses the way back, for each component', () => {
    expect(skewProblems('v1.35.4', running({ kubelets: ['v1.36.3'], apiServers: ['v1.36.3'] }), false)).toEqual([
      "runs kubelet v1.36.3, and Kubernetes can't go back to v1.35.4",
      "runs kube-apiserver v1.36.3, and Kubernetes can't go back to v1.35.4",
    ]);
    expect(skewProblems('v1.36.1', running({ kubelets: ['v1.36.3'] }), false)).toHaveLength(1);
  });

  it('refuses a kubelet that is newer than the API server it reaches', () => {
    expect(skewProblems('v1.36.3', running({ kubelets: ['v1.36.3'], reached: ['v1.35.4'] }), false)).toEqual([
      "runs kubelet v1.36.3, which is newer than the API server's v1.35.4: Kubernetes does not allow that, so upgrade the API server first, or put the older kubelet back",
    ]);
  });

  it('refuses a kubelet that is too old for any API server of the version', () => {
    expect(skewProblems('v1.36.3', running({ kubelets: ['v1.32.0'] }), false)).toHaveLength(1);
  });

  it('does not let kubelets overtake API servers that the run leaves alone', () => {
    const found = running({ kubelets: ['v1.35.4'], reached: ['v1.35.4'] });
    expect(skewProblems('v1.36.3', found, true)).toEqual([
      'would get kubelet v1.36.3 while API servers that this run leaves alone are at v1.35.4: run without --limit, or with all masters in it',
    ]);
    expect(skewProblems('v1.35.9', found, true)).toEqual([]);
  });
});
