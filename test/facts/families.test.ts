import { describe, expect, it } from 'vitest';
import { cmdline } from '../../src/facts/cmdline.ts';
import { distribution } from '../../src/facts/distribution.ts';
import { dns } from '../../src/facts/dns.ts';
import { type FactFamily, Parts } from '../../src/facts/family.ts';
import { localFacts } from '../../src/facts/local.ts';
import { network } from '../../src/facts/network.ts';
import { processor } from '../../src/facts/processor.ts';
import { serviceManager } from '../../src/facts/service-manager.ts';
import { virtualization } from '../../src/facts/virtualization.ts';

/** Facts of a family from what a host printed, as plain JSON. */
const facts = (family: FactFamily, parts: Record<string, string>): Record<string, unknown> =>
  plain(new Map(family.parse(new Parts(new Map(Object.entries(parts)))))) as Record<string, unknown>;

const plain = (value: unknown): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]))
    : Array.isArray(value)
      ? value.map(plain)
      : value;

describe('distribution', () => {
  it.each([
    [
      { os: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm', debian: '12.11' },
      ['Debian', '12.11', '12', 'bookworm', 'Debian'],
    ],
    [
      { os: 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie', debian: 'trixie/sid' },
      ['Debian', '13', '13', 'trixie', 'Debian'],
    ],
    [
      { os: 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy', debian: 'bookworm/sid' },
      ['Ubuntu', '22.04', '22', 'jammy', 'Debian'],
    ],
    [
      { os: 'ID="rocky"\nVERSION_ID="9.3"', redhat: 'Rocky Linux release 9.3 (Blue Onyx)' },
      ['Rocky', '9.3', '9', 'Blue Onyx', 'RedHat'],
    ],
    [
      { os: 'ID="centos"\nVERSION_ID="9"', redhat: 'CentOS Stream release 9' },
      ['CentOS', '9', '9', 'Stream', 'RedHat'],
    ],
    [
      { os: 'ID=fedora\nVERSION_ID=40', redhat: 'Fedora release 40 (Forty)' },
      ['Fedora', '40', '40', 'Forty', 'RedHat'],
    ],
    [
      { os: 'ID="amzn"\nVERSION_ID="2023"', redhat: 'Amazon Linux release 2023' },
      ['Amazon', '2023', '2023', 'NA', 'RedHat'],
    ],
    [{ os: 'ID=alpine\nVERSION_ID=3.20.1', alpine: '3.20.1' }, ['Alpine', '3.20.1', '3', 'NA', 'Alpine']],
    [{ os: 'ID="opensuse-leap"\nVERSION_ID="15.6"' }, ['openSUSE Leap', '15.6', '15', '6', 'Suse']],
    [{ os: 'ID=arch', arch: '' }, ['Archlinux', 'rolling', 'rolling', 'NA', 'Archlinux']],
    [
      { os: 'NAME="Proxmox VE"\nID=pve\nID_LIKE=debian\nVERSION_ID=8\nVERSION_CODENAME=bookworm' },
      ['Proxmox', '8', '8', 'bookworm', 'Debian'],
    ],
  ])('reads %j', (parts, expected) => {
    const found = facts(distribution, parts as Record<string, string>);
    expect(
      ['', '_version', '_major_version', '_release'].map((end) => found[`distribution${end}`]).concat(found.os_family),
    ).toEqual(expected);
  });
});

describe('network', () => {
  const parts = {
    ieth0: 'address=02:00:00:00:00:01\nmtu=1400\ntype=1\noperstate=up\nflags=0x1003\nspeed=-1\n',
    'ibr-x':
      'address=02:00:00:00:00:02\nmtu=1500\ntype=1\noperstate=down\nflags=0x1103\nbridge/bridge_id=8000.02\nbridge/stp_state=1\nbridge=1\nport=v0\n',
    paths: 'lrwxrwxrwx 1 root root 0 Jan 1 00:00 /sys/class/net/eth0/device -> ../../../virtio2\n',
    v4: '2: eth0: <BROADCAST,UP> mtu 1400\n    inet 192.0.2.2/20 brd 192.0.15.255 scope global eth0\n       valid_lft forever preferred_lft forever\n    inet 192.0.2.3/32 scope global secondary eth0:1\n',
    v6: '2: eth0: <UP> mtu 1400\n    inet6 fd00::2/64 scope global \n       valid_lft forever\n    inet6 fe80::1/64 scope link\n',
    route4: '8.8.8.8 via 192.0.2.1 dev eth0 src 192.0.2.2 uid 0 \n    cache \n',
    route6: '',
    local4: 'local 192.0.2.2 dev eth0 proto kernel\nbroadcast 192.0.15.255 dev eth0\n',
  };

  it('tells interfaces, their addresses and the way out', () => {
    const found = facts(network, parts);
    expect(found.eth0).toEqual({
      device: 'eth0',
      macaddress: '02:00:00:00:00:01',
      mtu: 1400,
      active: true,
      type: 'ether',
      pciid: 'virtio2',
      speed: -1,
      promisc: false,
      ipv4: {
        address: '192.0.2.2',
        broadcast: '192.0.15.255',
        netmask: '255.255.240.0',
        network: '192.0.0.0',
        prefix: '20',
      },
      ipv4_secondaries: [
        { address: '192.0.2.3', broadcast: '', netmask: '255.255.255.255', network: '192.0.2.3', prefix: '32' },
      ],
      ipv6: [
        { address: 'fd00::2', prefix: '64', scope: 'global' },
        { address: 'fe80::1', prefix: '64', scope: 'link' },
      ],
    });
    expect(found.br_x).toMatchObject({
      type: 'bridge',
      active: false,
      promisc: true,
      interfaces: ['v0'],
      stp: true,
      id: '8000.02',
    });
    expect(found.default_ipv4).toMatchObject({
      interface: 'eth0',
      gateway: '192.0.2.1',
      address: '192.0.2.2',
      alias: 'eth0',
      macaddress: '02:00:00:00:00:01',
      mtu: 1400,
      type: 'ether',
    });
    expect(found.default_ipv6).toEqual({});
    expect(found.all_ipv4_addresses).toEqual(['192.0.2.2', '192.0.2.3']);
    expect(found.locally_reachable_ips).toEqual({ ipv4: ['192.0.2.2'], ipv6: [] });
  });
});

it('counts sockets, cores and threads', () => {
  const cpu = (n: number, socket: number, core: number): string =>
    `processor\t: ${n}\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nphysical id\t: ${socket}\nsiblings\t: 4\ncore id\t: ${core}\ncpu cores\t: 2\nflags\t: fpu sse\n`;
  const cpuinfo = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => cpu(n, n >> 2, n % 2)).join('\n');
  expect(facts(processor, { cpuinfo, machine: 'x86_64', available: '8' })).toMatchObject({
    processor_count: 2,
    processor_cores: 2,
    processor_threads_per_core: 2,
    processor_vcpus: 8,
    processor_nproc: 8,
    flags: ['fpu', 'sse'],
  });
  const arm = [0, 1].map((n) => `processor\t: ${n}\nFeatures\t: fp asimd\n`).join('\n');
  expect(facts(processor, { cpuinfo: arm, machine: 'aarch64', available: '2' })).toMatchObject({
    processor: ['0', '1'],
    processor_count: 2,
    processor_vcpus: 2,
  });
});

describe('virtualization', () => {
  it.each([
    [{ product_name: 'VMware Virtual Platform' }, 'VMware', 'guest'],
    [{ sys_vendor: 'QEMU', virtio: '' }, 'kvm', 'guest'],
    [{ environ: 'PATH=/\0container=lxc\0' }, 'lxc', 'guest'],
    [{ dockerenv: '', kvm: '' }, 'docker', 'guest'],
    [{ kvm: '' }, 'kvm', 'host'],
    [{}, 'NA', 'NA'],
  ])('tells %j', (parts, type, role) => {
    expect(facts(virtualization, parts as Record<string, string>)).toMatchObject({
      virtualization_type: type,
      virtualization_role: role,
    });
  });
});

it('knows what starts services', () => {
  expect(facts(serviceManager, { first: 'systemd' })).toEqual({ service_mgr: 'systemd' });
  expect(facts(serviceManager, { first: 'init', found: 'openrc\nsysvinit' })).toEqual({ service_mgr: 'openrc' });
  expect(facts(serviceManager, { first: 'runit-init' })).toEqual({ service_mgr: 'runit' });
});

it('reads the kernel command line and resolv.conf', () => {
  expect(facts(cmdline, { line: 'quiet console=a console=b root="x y"' })).toEqual({
    cmdline: { quiet: true, console: 'b', root: 'x y' },
    proc_cmdline: { quiet: true, console: ['a', 'b'], root: 'x y' },
  });
  expect(
    facts(dns, { resolv: '# c\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nsearch a b\noptions ndots:5 rotate\n' }),
  ).toEqual({
    dns: { nameservers: ['10.0.0.1', '10.0.0.2'], search: ['a', 'b'], options: { ndots: '5', rotate: true } },
  });
});

it('reads local facts as JSON, as INI, or says that they are neither', () => {
  const local = facts(localFacts('/f'), { fa: '{"x": [1, true]}', fb: '[One]\nKey = v\n', fc: 'what', fd: '', xd: '' });
  expect(local.ansible_local).toEqual({
    a: { x: [1, true] },
    b: { One: { key: 'v' } },
    c: '/f/c.fact is neither JSON nor INI',
    d: 'the program /f/d.fact failed',
  });
});
