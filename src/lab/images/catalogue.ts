import { debianNginx, debianPackages, debianSlim } from './debian.ts';
import type { Image, ImageFile } from './image.ts';
import type { Program } from './program.ts';
import { companions, coredns, etcd, flannel, kubernetes, pause, pauseSources, versions } from './programs.ts';

/** Every image of the lab, an image after the one it is made from, and the binaries that are served beside them. */
export interface Catalogue {
  readonly images: readonly Image[];
  readonly programs: readonly Program[];
}

const debian = 'docker.io/library/debian:trixie-slim';
/** Debian with what the node image needs, so that hosts need not install it one by one. */
export const nodeBase = 'k8s-bm/node-base:1';

/**
 * What a kubelet, cri-dockerd, kube-proxy and flannel run on a host, haproxy for the way to the API servers, and curl, which
 * fetches the binaries into the node image that is made on this.
 */
export const nodePackages = [
  'ca-certificates',
  'conntrack',
  'curl',
  'e2fsprogs',
  'ebtables',
  'ethtool',
  'haproxy',
  'iproute2',
  'ipset',
  'iptables',
  'kmod',
  'mount',
  'nfs-common',
  'nftables',
  'procps',
  'socat',
  'udev',
  'util-linux',
  'xfsprogs',
];

/** The images of one or more Kubernetes versions, with those that go with any. */
export const catalogue = (kubernetesVersions: readonly string[]): Catalogue => ({
  images: [...shared(), ...kubernetesVersions.flatMap(ofKubernetes)],
  programs: [...kubernetesVersions.map(kubernetes), ...companions],
});

/** Enough of busybox's names for a shell that tests things; the rest is `busybox NAME`. */
const applets = (
  '[ ash awk base64 basename cat chmod chown cp cut date dd df dirname echo env expr false find free grep gunzip gzip ' +
  'head hostname httpd id ifconfig ip kill ln ls md5sum mkdir mount mv nc netstat nslookup ping printf ps pwd readlink ' +
  'rm rmdir route sed seq sh sha256sum sleep sort stat stty sync tail tar tee test timeout top touch tr traceroute true ' +
  'umount uname uniq vi wc wget which whoami xargs yes'
).split(' ');

const shared = (): Image[] => [
  { reference: debian, tree: debianSlim, config: { cmd: ['bash'] } },
  {
    reference: 'docker.io/library/busybox:1.37',
    files: [{ path: '/bin/busybox', source: { installed: 'busybox' } }],
    links: Object.fromEntries(applets.map((applet) => [`/bin/${applet}`, 'busybox'])),
    config: { cmd: ['sh'] },
  },
  {
    reference: nodeBase,
    from: debian,
    tree: debianPackages('node', nodePackages),
    config: { cmd: ['sh'] },
    ours: true,
  },
  {
    reference: 'docker.io/library/nginx:1.26',
    from: debian,
    tree: debianNginx,
    config: { cmd: ['nginx', '-g', 'daemon off;'] },
  },
  ...Object.keys(pauseSources).map(
    (version): Image => ({
      reference: `registry.k8s.io/pause:${version}`,
      files: [{ path: '/pause', source: { program: pause(version), binary: 'pause' } }],
      config: { entrypoint: ['/pause'], user: '65535:65535' },
    }),
  ),
  {
    reference: `quay.io/coreos/etcd:${versions.etcd}`,
    files: ['etcd', 'etcdctl', 'etcdutl'].map((binary) => inLocalBin(etcd, binary)),
    config: { cmd: ['/usr/local/bin/etcd'] },
  },
  {
    reference: `ghcr.io/flannel-io/flannel:${versions.flannel}`,
    from: nodeBase,
    files: [{ path: '/opt/bin/flanneld', source: { program: flannel, binary: 'flanneld' } }],
    config: { entrypoint: ['/opt/bin/flanneld'] },
  },
  {
    reference: `registry.k8s.io/coredns/coredns:${versions.coredns}`,
    files: [{ path: '/coredns', source: { program: coredns, binary: 'coredns' }, capability: 'net_bind_service' }],
    config: { entrypoint: ['/coredns'], user: '65532:65532', workingDir: '/' },
  },
];

const ofKubernetes = (version: string): Image[] => [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
    (binary): Image => ({
      reference: `registry.k8s.io/${binary}:${version}`,
      files: [inLocalBin(kubernetes(version), binary)],
      config: { cmd: [`/usr/local/bin/${binary}`] },
    }),
  ),
  {
    reference: `registry.k8s.io/kube-proxy:${version}`,
    from: nodeBase,
    files: [inLocalBin(kubernetes(version), 'kube-proxy')],
    config: { cmd: ['/usr/local/bin/kube-proxy'] },
  },
];

const inLocalBin = (program: Program, binary: string): ImageFile => ({
  path: `/usr/local/bin/${binary}`,
  source: { program, binary },
});
