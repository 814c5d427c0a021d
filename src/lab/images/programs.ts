import type { CProgram, GoProgram, Program } from './program.ts';

/** What the lab builds where it cannot copy, with the versions that go together. Times were measured on two cores. */
export const versions = {
  /** The newest first. */
  kubernetes: ['v1.36.3', 'v1.36.1', 'v1.35.4'],
  etcd: 'v3.6.16',
  flannel: 'v0.28.4',
  coredns: 'v1.14.7',
  criDockerd: 'v0.4.4',
} as const;

/** The pause images that kubeadm of 1.35 and of 1.36 names, each with a Kubernetes that has its source. */
export const pauseSources: Readonly<Record<string, string>> = { '3.10.1': 'v1.35.4', '3.10.2': 'v1.36.3' };

export const kubernetes = (version: string): GoProgram => {
  const [, major = '1', minor = '', patch = ''] = /^v(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  const variable = 'k8s.io/component-base/version';
  const commands = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'];
  return {
    kind: 'go',
    name: 'kubernetes',
    version,
    modules: [{ path: 'k8s.io/kubernetes', version }],
    binaries: Object.fromEntries(commands.map((command) => [command, `k8s.io/kubernetes/cmd/${command}`])),
    variables: [
      `${variable}.gitVersion=${version}`,
      `${variable}.gitMajor=${major}`,
      `${variable}.gitMinor=${minor}`,
      `${variable}.gitTreeState=clean`,
    ],
    // The tags of Kubernetes' own release build (hack/lib/golang.sh).
    tags: ['selinux', 'notest', 'grpcnotrace'],
    replaces: { unpublished: `v0.${minor}.${patch}` },
    seconds: 450,
  };
};

/** Its source lies in the Kubernetes module. */
export const pause = (version: string): CProgram => ({
  kind: 'c',
  name: 'pause',
  version,
  module: { path: 'k8s.io/kubernetes', version: pauseSources[version] as string },
  source: 'build/pause/linux/pause.c',
  binary: 'pause',
  seconds: 1,
});

export const etcd: GoProgram = {
  kind: 'go',
  name: 'etcd',
  version: versions.etcd,
  modules: ['server', 'etcdctl', 'etcdutl'].map((part) => ({
    path: `go.etcd.io/etcd/${part}/v3`,
    version: versions.etcd,
  })),
  binaries: {
    etcd: 'go.etcd.io/etcd/server/v3',
    etcdctl: 'go.etcd.io/etcd/etcdctl/v3',
    etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
  },
  seconds: 35,
};

export const flannel: GoProgram = {
  kind: 'go',
  name: 'flannel',
  version: versions.flannel,
  modules: [{ path: 'github.com/flannel-io/flannel', version: versions.flannel }],
  binaries: { flanneld: 'github.com/flannel-io/flannel' },
  variables: [`github.com/flannel-io/flannel/pkg/version.Version=${versions.flannel}`],
  // Its udp backend is C.
  cgo: true,
  replaces: { versions: { 'github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common': 'v1.3.103' } },
  seconds: 80,
};

export const coredns: GoProgram = {
  kind: 'go',
  name: 'coredns',
  version: versions.coredns,
  modules: [{ path: 'github.com/coredns/coredns', version: versions.coredns }],
  binaries: { coredns: 'github.com/coredns/coredns' },
  seconds: 120,
};

export const criDockerd: GoProgram = {
  kind: 'go',
  name: 'cri-dockerd',
  version: versions.criDockerd,
  modules: [{ path: 'github.com/Mirantis/cri-dockerd', version: versions.criDockerd }],
  binaries: { 'cri-dockerd': 'github.com/Mirantis/cri-dockerd' },
  variables: [`github.com/Mirantis/cri-dockerd/cmd/version.Version=${versions.criDockerd.slice(1)}`],
  replaces: { own: true },
  requires: [{ path: 'cloud.google.com/go', version: 'v0.110.0' }],
  seconds: 120,
};

/** What does not go with a version of Kubernetes. */
export const companions: readonly Program[] = [etcd, flannel, coredns, criDockerd];
