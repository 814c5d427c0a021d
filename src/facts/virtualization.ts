import { sh } from '../transport/shell/quote.ts';
import type { Fact, FactFamily, Parts } from './family.ts';

/** One sign of a kind of virtual machine or container. The first that shows names `virtualization_type`. */
interface Sign {
  readonly type: string;
  readonly role: 'guest' | 'host';
  /** What is added to `virtualization_tech_guest` or `_host`, where that is more than the type. */
  readonly tech?: readonly string[];
  shows(parts: Parts): boolean;
}

const dmi =
  (part: string, pattern: RegExp) =>
  (parts: Parts): boolean =>
    pattern.test(parts.text(part));
const container =
  (pattern: RegExp) =>
  (parts: Parts): boolean =>
    pattern.test(/(?:^|\0)container=([^\0]*)/.exec(parts.text('environ'))?.[1] ?? '');

const signs: readonly Sign[] = [
  {
    type: 'docker',
    role: 'guest',
    tech: ['docker', 'container'],
    shows: (p) => p.has('dockerenv') || /\/docker(\/|-[0-9a-f]+\.scope)/.test(p.text('cgroup')),
  },
  { type: 'openvz', role: 'guest', shows: (p) => p.has('vz') && !p.has('bc') },
  { type: 'openvz', role: 'host', shows: (p) => p.has('vz') && p.has('bc') },
  {
    type: 'systemd-nspawn',
    role: 'guest',
    tech: ['systemd-nspawn', 'container'],
    shows: container(/^systemd-nspawn$/),
  },
  {
    type: 'lxc',
    role: 'guest',
    tech: ['lxc', 'container'],
    shows: (p) => container(/^lxc$/)(p) || /\/lxc\//.test(p.text('cgroup')),
  },
  {
    type: 'podman',
    role: 'guest',
    tech: ['podman', 'container'],
    shows: (p) => container(/^podman$/)(p) || p.has('containerenv'),
  },
  {
    type: 'containerd',
    role: 'guest',
    tech: ['containerd', 'container'],
    shows: (p) => /\/(system\.slice\/containerd|kubepods)/.test(p.text('cgroup')),
  },
  { type: 'container', role: 'guest', shows: container(/./) },
  { type: 'xen', role: 'host', shows: (p) => /control_d/.test(p.text('xen')) },
  { type: 'xen', role: 'guest', shows: (p) => p.has('xen') || dmi('bios_vendor', /^Xen$/)(p) },
  {
    type: 'kvm',
    role: 'guest',
    shows: (p) =>
      dmi('product_name', /^(KVM|KVM Server|Bochs|AHV)$/)(p) ||
      dmi(
        'sys_vendor',
        /^(QEMU|Amazon EC2|DigitalOcean|Hetzner|Linode|Vultr|UpCloud|Google|OpenStack Foundation|Nutanix)$/,
      )(p),
  },
  { type: 'oVirt', role: 'guest', shows: dmi('product_name', /^oVirt/) },
  { type: 'RHEV', role: 'guest', shows: dmi('product_name', /^RHEV Hypervisor$/) },
  { type: 'VMware', role: 'guest', shows: dmi('product_name', /^VMware/) },
  { type: 'openstack', role: 'guest', shows: dmi('product_name', /^OpenStack (Compute|Nova)$/) },
  { type: 'virtualbox', role: 'guest', shows: dmi('bios_vendor', /^innotek GmbH$/) },
  { type: 'virtualbox', role: 'guest', shows: dmi('product_name', /^VirtualBox$/) },
  {
    type: 'VirtualPC',
    role: 'guest',
    shows: (p) => dmi('sys_vendor', /^Microsoft Corporation$/)(p) && dmi('product_name', /^Virtual Machine$/)(p),
  },
  { type: 'parallels', role: 'guest', shows: dmi('sys_vendor', /^Parallels/) },
  { type: 'kvm', role: 'guest', shows: (p) => p.has('qemu') },
  { type: 'kvm', role: 'host', shows: (p) => p.has('kvm') },
  { type: 'virtualbox', role: 'host', shows: (p) => p.has('vbox') },
  { type: 'kvm', role: 'guest', shows: (p) => p.has('virtio') },
];

/** Virtual machine or container, and of what kind: by /proc, the firmware's names and loaded modules. */
export const virtualization: FactFamily = {
  name: 'virtual',
  shell: sh`[ -e /.dockerenv ] || [ -e /.dockerinit ] && kb_part dockerenv
[ -e /run/.containerenv ] && kb_part containerenv
[ -e /proc/vz ] && kb_part vz
[ -e /proc/bc ] && kb_part bc
kb_file cgroup /proc/1/cgroup
kb_file environ /proc/1/environ
if [ -d /proc/xen ]; then kb_part xen; [ -r /proc/xen/capabilities ] && cat /proc/xen/capabilities; fi
for kb_a in product_name sys_vendor bios_vendor; do kb_line $kb_a /sys/devices/virtual/dmi/id/$kb_a; done
grep -q '^model name.*QEMU' /proc/cpuinfo && kb_part qemu
if [ -d /sys/module/kvm ] || [ -e /dev/kvm ]; then kb_part kvm; fi
[ -d /sys/module/vboxdrv ] && kb_part vbox
[ -d /sys/module/virtio ] && kb_part virtio`,
  parse(parts) {
    const seen = signs.filter((sign) => sign.shows(parts));
    const tech = (role: Sign['role']): string[] =>
      [...new Set(seen.filter((sign) => sign.role === role).flatMap((sign) => sign.tech ?? [sign.type]))].sort();
    const first = seen[0];
    // Loaded virtio drivers say "guest" only of a machine that hosts none itself.
    const guests = tech('guest').filter(
      (name) => name !== 'kvm' || seen.some((s) => s.type === 'kvm' && s.role === 'guest' && !isVirtioOnly(s)),
    );
    const facts: Fact[] = [
      ['virtualization_type', first?.type ?? 'NA'],
      ['virtualization_role', first?.role ?? 'NA'],
      ['virtualization_tech_guest', first && isVirtioOnly(first) ? tech('guest') : guests],
      ['virtualization_tech_host', tech('host')],
    ];
    return facts;
  },
};

const isVirtioOnly = (sign: Sign): boolean => sign === signs.at(-1);
