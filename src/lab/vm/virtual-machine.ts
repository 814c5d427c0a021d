import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostKind } from '../host-kind.ts';
import { sshOptions } from '../inventory.ts';
import { type HostPlace, type HostRecord, type LabNetwork, type LabPlace, linkOf } from '../state.ts';
import { tool } from '../tool.ts';
import { hostInitrd } from './initrd.ts';
import { serialConsole } from './machine-base.ts';

/**
 * A host as a virtual machine, with a kernel of its own: cgroup v2, whatever this machine has. Its disk is a copy of the
 * base's, made when it is first powered on; what a container finds in its upper folder is laid over the disk at that boot.
 */
export const virtualMachine: HostKind = {
  connect: async (place, network, host) => {
    const link = linkOf(place, host.index);
    await tool('ip', ['tuntap', 'add', link, 'mode', 'tap']);
    await tool('ip', ['link', 'set', link, 'master', network.bridge, 'up']);
  },
  command: async (place, lab, host) => {
    if (!lab.machines) throw new Error(`lab ${lab.name} was made without virtual machines`);
    const { kernel, initrd, disk, acceleration } = lab.machines;
    const own = place.host(host.name);
    await copyDisk(disk, own);
    await writeFile(ownInitrd(own), await bothInitrds(initrd, own, host, lab.network), { mode: 0o600 });
    return {
      argv: [
        ...['sh', '-c', runMachine, 'lab-vm', own.cgroup, ...haltCommand(place, host), '--'],
        ...['qemu-system-x86_64', ...processors[acceleration], '-m', String(memoryMiB), ...serialConsole],
        ...['-netdev', `tap,id=net,ifname=${linkOf(place, host.index)},script=no,downscript=no`],
        ...['-device', `virtio-net-pci,netdev=net,mac=${macOf(host)}`],
        ...['-drive', `file=${ownDisk(own)},if=virtio,format=raw,cache=writeback`],
        ...['-kernel', kernel, '-initrd', ownInitrd(own), '-append', commandLine[acceleration]],
      ],
    };
  },
};

/**
 * Emulated, it is one of qemu's plainest processor: with all that qemu can emulate, Linux panics in its first second (qemu 7.2,
 * Linux 6.12).
 */
const processors = {
  kvm: ['-accel', 'kvm', '-cpu', 'host', '-smp', '2'],
  tcg: ['-accel', 'tcg', '-cpu', 'qemu64', '-smp', '1'],
} as const;

/**
 * qemu's cmpxchg16b comes out wrong now and then, and the kernel's allocator crashes: it may not use the instruction. Programs
 * may, and some must: haproxy ends at once without it.
 */
const withoutCmpxchg16b = 'clearcpuid=141';

/** Enough for a worker with a few pods. */
const memoryMiB = 3072;

/**
 * Without udev no device unit ever comes up, so no login on the console may wait for one. What else is left out costs an
 * emulated processor seconds: guards against attacks on real ones, and drivers of what this machine has not.
 */
const plainCommandLine = [
  'console=ttyS0 quiet panic=5 net.ifnames=0 mitigations=off audit=0',
  'systemd.getty_auto=0 systemd.ssh_auto=0',
  ...['configfs', 'drm', 'efi_pstore'].map((module) => `systemd.mask=modprobe@${module}.service`),
].join(' ');

const commandLine = { kvm: plainCommandLine, tcg: `${plainCommandLine} ${withoutCmpxchg16b}` } as const;

/**
 * $1 is the cgroup, what halts the host comes before `--`, what it runs on behind it. qemu itself would pull the plug on
 * SIGTERM. Emulating a processor takes several times the work of a real one, so its group, and the lab's,
 * have eight times the usual weight.
 */
const runMachine = `
for group in "$1" "\${1%/*}"; do
  [ ! -w "/sys/fs/cgroup/$group/cpu.weight" ] || echo 800 > "/sys/fs/cgroup/$group/cpu.weight"
  [ ! -w "/sys/fs/cgroup/cpu/$group/cpu.shares" ] || echo 8192 > "/sys/fs/cgroup/cpu/$group/cpu.shares"
done
shift
halt=
while [ "$1" != -- ]; do halt="$halt '$1'"; shift; done
shift
"$@" &
trap 'eval "$halt"' TERM
while kill -0 $! 2> /dev/null; do wait $!; done`;

const haltCommand = (place: LabPlace, host: HostRecord): string[] => [
  ...['ssh', '-i', place.key, ...sshOptions(place), '-o', 'ConnectTimeout=3', '-o', 'BatchMode=yes'],
  ...[`root@${host.address}`, 'systemctl poweroff --no-block'],
];

const ownDisk = (own: HostPlace): string => join(own.folder, 'disk.ext4');
const ownInitrd = (own: HostPlace): string => join(own.folder, 'initrd');

const copyDisk = async (base: string, own: HostPlace): Promise<void> => {
  const disk = ownDisk(own);
  if (existsSync(disk)) return;
  await tool('cp', ['--reflink=auto', '--sparse=always', base, `${disk}.half`]);
  await rename(`${disk}.half`, disk);
};

const bothInitrds = async (common: string, own: HostPlace, host: HostRecord, network: LabNetwork): Promise<Buffer> =>
  Buffer.concat([
    await readFile(common),
    await hostInitrd(own.upper, `${host.address}/${network.range.split('/')[1]}`, network.gateway),
  ]);

/** Locally administered, and told by the address, so that two machines on one bridge never have the same. */
const macOf = ({ address }: HostRecord): string =>
  `52:54:${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
