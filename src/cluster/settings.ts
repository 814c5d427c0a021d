import { isIPv4 } from 'node:net';
import * as z from 'zod';
import { parseRange } from '../util/ipv4.ts';

/**
 * Every setting of a cluster. Its default stands in roles/cluster/defaults/main.yml, or in the role that alone uses it; a
 * test holds the two together. `scope: host` may differ from host to host; all others must be the same everywhere.
 */
export interface Setting {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly scope: 'cluster' | 'host';
  readonly summary: string;
  readonly example: string;
}

const text = z.string({ error: 'must be text' });
const flag = z.boolean({ error: 'must be true or false' });
const port = z.int({ error: 'must be a port, 1 to 65535' }).min(1).max(65535);
const count = z.int({ error: 'must be a whole number' }).min(0, { error: 'must not be negative' });
const oneOf = (...words: string[]) => z.enum(words, { error: `must be one of ${words.join(', ')}` });
const range = text.refine((value) => parseRange(value), {
  error: 'must be an IPv4 range such as 10.244.0.0/16, with no bits set behind the prefix',
});
const address = text.refine((value) => isIPv4(value), { error: 'must be an IPv4 address' });
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const domain = text.refine((value) => value.length <= 253 && value.split('.').every((part) => label.test(part)), {
  error: 'must be a DNS name: lower-case letters, digits and hyphens, parts joined by dots',
});
const version = text.regex(/^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, {
  error: 'must be a version with three numbers, such as v1.36.3',
});
const path = text.regex(/^\/.*[^/]$/, { error: 'must be an absolute path' });
const url = text.regex(/^https?:\/\/[^\s/]+/, { error: 'must begin with http:// or https://' });
const names = z.array(text, { error: 'must be a list of names' });
const labels = z.record(text, text, { error: 'must be a mapping of text to text' });

const setting = (
  name: string,
  schema: z.ZodType,
  scope: Setting['scope'],
  example: string,
  summary: string,
): Setting => ({
  name,
  schema,
  scope,
  example,
  summary,
});

export const settings: readonly Setting[] = [
  setting(
    'kubernetes_version',
    version,
    'cluster',
    'v1.36.3',
    'The version of Kubernetes. A higher one than the cluster runs upgrades it; no minor may be skipped.',
  ),
  setting('cluster_name', domain, 'cluster', 'kubernetes', 'The name of the cluster in kubeconfig files.'),
  setting('cluster_domain', domain, 'cluster', 'cluster.local', 'The DNS domain of Services.'),
  setting(
    'pod_network',
    range,
    'cluster',
    '10.244.0.0/16',
    'The range that pods get their addresses from; every host gets a part of it.',
  ),
  setting(
    'pod_subnet_length',
    z.int().min(20, { error: 'must be 20 to 28' }).max(28, { error: 'must be 20 to 28' }),
    'cluster',
    '24',
    "The prefix length of one host's part of pod_network.",
  ),
  setting(
    'service_network',
    range,
    'cluster',
    '10.96.0.0/16',
    'The range that Services get their addresses from. The first is the API server, the tenth DNS.',
  ),
  setting(
    'node_address',
    address,
    'host',
    '192.0.2.11',
    'The address by which the other hosts reach this one. Without it: the address of the interface with the default route.',
  ),
  setting('node_name', domain, 'host', 'n1', "The node's name in Kubernetes. Without it: the name in the inventory."),
  setting('node_labels', labels, 'host', '{ disk: ssd }', 'Labels of the node, beside those that Kubernetes sets.'),
  setting(
    'api_names',
    names,
    'cluster',
    '[k8s.example.org]',
    "Further names and addresses in the API server's certificate, for clients outside.",
  ),
  setting('api_port', port, 'cluster', '6443', 'The port of the API server on every master.'),
  setting(
    'balancer_port',
    port,
    'cluster',
    '6444',
    'The port on 127.0.0.1 of every host by which its kubelet and kube-proxy reach all masters.',
  ),
  setting(
    'flannel_backend',
    oneOf('vxlan', 'host-gw'),
    'cluster',
    'vxlan',
    'How packets travel between hosts: vxlan works everywhere, host-gw is faster where all hosts share one Ethernet.',
  ),
  setting(
    'kube_proxy_mode',
    oneOf('nftables', 'iptables'),
    'cluster',
    'nftables',
    'How kube-proxy implements Services.',
  ),
  setting('dns_replicas', count, 'cluster', '2', 'How many pods of CoreDNS run.'),
  setting(
    'addons',
    z.array(text, { error: 'must be a list of files' }),
    'cluster',
    '[manifests/ingress.yml]',
    'Manifest files that are applied after the cluster is up, relative to the inventory; objects that are no longer in any of them are removed.',
  ),
  setting(
    'docker_restart',
    flag,
    'host',
    'true',
    'Whether Docker may be restarted, or its bridge moved, while containers of your own run on the host.',
  ),
  setting(
    'docker_log_max_size',
    text.regex(/^\d+[kmg]$/, { error: 'must be a size such as 10m' }),
    'host',
    '10m',
    "When a container's log is rotated.",
  ),
  setting(
    'docker_log_max_file',
    z.int({ error: 'must be a whole number' }).min(1),
    'host',
    '3',
    "How many files of a container's log are kept.",
  ),
  setting(
    'image_registry',
    text.regex(/^[^\s/]+(\/[^\s]+)?$/, {
      error: 'must be a registry such as registry.example.org:5000, without https://',
    }),
    'cluster',
    'registry.example.org:5000',
    'A mirror from which all images are pulled, by their upstream names: registry.k8s.io/pause becomes <image_registry>/registry.k8s.io/pause.',
  ),
  setting(
    'image_registry_ca',
    text,
    'cluster',
    '/etc/ssl/registry-ca.crt',
    "A file here with the CA certificate of image_registry, where the hosts don't know it.",
  ),
  setting(
    'binaries_url',
    url,
    'cluster',
    'https://mirror.example.org',
    'A mirror of the files that the node image is made of; each lies in it under its URL without https://.',
  ),
  setting(
    'binaries_sha256',
    labels,
    'cluster',
    '{ dl.k8s.io/v1.36.3/bin/linux/amd64/kubelet: 4c1f… }',
    'The checksums that those files must have, by their path in the mirror.',
  ),
  setting(
    'node_base_image',
    text,
    'cluster',
    'registry.example.org/node-base:1',
    'The image that the node image is made on. What a Debian lacks of the packages that kubelet and kube-proxy need is installed; another must have mount, iptables, nft, conntrack, socat, ethtool, ip, haproxy, curl.',
  ),
  setting(
    'docker_packages',
    names,
    'host',
    '[docker.io]',
    "The distribution's packages with Docker's engine and client, installed where Docker is missing; the empty list leaves that to you.",
  ),
  setting(
    'docker_kernel_modules',
    names,
    'host',
    '[br_netfilter]',
    'Kernel modules that are loaded, now and at every boot.',
  ),
  setting(
    'docker_sysctls',
    z.record(text, z.union([text, z.number()]), { error: 'must be a mapping of sysctls to values' }),
    'host',
    '{ net.ipv4.ip_forward: 1 }',
    'Sysctls that are set, now and at every boot.',
  ),
  setting('preflight_memory_mb', count, 'host', '900', 'Megabytes of memory that a host must have.'),
  setting(
    'preflight_disk_mb',
    count,
    'host',
    '2500',
    "Megabytes that must be free where Docker keeps its images, before the first of the cluster's are there.",
  ),
  setting(
    'preflight_clock_seconds',
    count,
    'cluster',
    '30',
    'Seconds by which the clocks of the hosts may differ: a certificate is not valid before the hour of its issue.',
  ),
  setting(
    'preflight_connections',
    flag,
    'host',
    'true',
    "Whether new hosts try to reach each other's ports, and every host the registries of images that it lacks, before anything is changed.",
  ),
  setting(
    'verify_timeout',
    count,
    'cluster',
    '120',
    'Seconds that the pods have that try the cluster out: DNS, and the pods of other hosts.',
  ),
  setting('etcd_data_dir', path, 'host', '/var/lib/etcd', 'Where etcd keeps its data. A disk of its own is worth it.'),
  setting(
    'drain_timeout',
    count,
    'cluster',
    '300',
    'Seconds that an upgrade waits for the pods of one node to leave, before it stops.',
  ),
  setting(
    'cluster_roles',
    text,
    'cluster',
    'oci://registry.example/k8s/cluster@1.4.0',
    'Take the roles of the cluster from a registry, pinned to a version or a digest, and not those that came with the program.',
  ),
  setting(
    'unproven',
    flag,
    'cluster',
    'true',
    'Accept versions of Kubernetes or Docker that the tests of this project did not run.',
  ),
];

export const settingNames: ReadonlySet<string> = new Set(settings.map(({ name }) => name));
