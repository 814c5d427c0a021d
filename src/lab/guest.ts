import { randomBytes } from 'node:crypto';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeHostKey } from './keys.ts';
import type { Shell } from './layers.ts';
import type { HostPlace, HostRecord, LabNetwork } from './state.ts';

/** A file, or a symbolic link, that is on a host before it boots. Its mode is octal digits, 644 when absent. */
export type GuestFile =
  | { readonly path: string; readonly content: string; readonly mode?: string | undefined }
  | { readonly path: string; readonly link: string };

export interface GuestSettings {
  readonly host: HostRecord;
  readonly hosts: readonly HostRecord[];
  readonly network: LabNetwork;
  readonly publicKey: string;
  readonly shell: Shell;
  /** Further names for addresses: `[{ address: gateway, names: ['registry.lab'] }]`. */
  readonly names: readonly { readonly address: string; readonly names: readonly string[] }[];
  readonly files: readonly GuestFile[];
  /** Whether runc may ask for negative oom scores here. */
  readonly mayRaiseOomScores: boolean;
  readonly cgroups: 'v1' | 'v2';
}

/** Writes into a host's upper folder what makes it this host; returns its line for known_hosts. Nothing of it runs yet. */
export const furnish = async (place: HostPlace, settings: GuestSettings): Promise<string> => {
  for (const folder of [place.upper, place.work, place.merged, ...boundFolders.map((name) => join(place.bound, name))])
    await makeFolder('/', folder);
  await makeFolder(place.upper, '/root/.ssh', 0o700);
  for (const file of guestFiles(settings)) await put(place.upper, file);
  if (settings.shell === 'ash') {
    await put(place.upper, { path: '/usr/bin/sh', link: 'busybox' });
  }
  await makeFolder(place.upper, '/etc/ssh');
  return makeHostKey(join(place.upper, 'etc/ssh'), settings.host.address);
};

/** /var/lib folders that lie on the machine's own file system, since overlay2 cannot lie on an overlay. */
export const boundFolders = ['docker', 'containerd', 'kubelet'] as const;

/** All the small files that tell one host from another. */
export const guestFiles = (settings: GuestSettings): GuestFile[] => {
  const { host, hosts, network, names } = settings;
  const known = [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...hosts.map(({ address, name }) => `${address} ${name}`),
    ...names.map((entry) => `${entry.address} ${entry.names.join(' ')}`),
  ];
  return [
    { path: '/etc/hostname', content: `${host.name}\n` },
    { path: '/etc/hosts', content: `${known.join('\n')}\n` },
    { path: '/etc/machine-id', content: `${randomBytes(16).toString('hex')}\n`, mode: '444' },
    { path: '/etc/resolv.conf', content: `nameserver ${network.gateway}\noptions timeout:1 attempts:1\n` },
    { path: '/root/.ssh/authorized_keys', content: settings.publicKey, mode: '600' },
    ...(host.kind === 'container' ? containerFiles(settings) : []),
    ...settings.files,
  ];
};

/** What a real machine has by itself and a container has not: cgroups that can be written, mounts that are shared. */
const containerFiles = ({ cgroups, host, mayRaiseOomScores }: GuestSettings): GuestFile[] => [
  {
    path: '/etc/systemd/system/lab-host.service',
    content: `[Unit]
Description=Make this container as open as a machine
DefaultDependencies=no
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/mount --make-rshared /
${cgroups === 'v1' ? `ExecStart=/bin/sh -c 'for at in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,rw "$at" || exit; done'` : ''}

[Install]
WantedBy=sysinit.target
`,
  },
  { path: '/etc/systemd/system/sysinit.target.wants/lab-host.service', link: '../lab-host.service' },
  ...(mayRaiseOomScores || host.docker === 'none' ? [] : [runcWrapper]),
];

/** Where this machine withholds CAP_SYS_RESOURCE, no process in it may lower its oom score, and runc would fail. */
const runcWrapper: GuestFile = {
  path: '/usr/local/sbin/runc',
  mode: '755',
  content: `#!/bin/sh
# Lab only: this machine has no CAP_SYS_RESOURCE, so no container may have a negative oom score.
previous=
for argument; do
  [ "$previous" != --bundle ] || bundle=$argument
  previous=$argument
done
[ -z "$bundle" ] || sed -i 's/"oomScoreAdj":-[0-9]*/"oomScoreAdj":0/' "$bundle/config.json"
exec /usr/sbin/runc "$@"
`,
};

const put = async (root: string, file: GuestFile): Promise<void> => {
  const at = join(root, file.path);
  await makeFolder(root, dirname(file.path));
  if ('link' in file) await symlink(file.link, at);
  else {
    await writeFile(at, file.content);
    await chmod(at, Number.parseInt(file.mode ?? '644', 8));
  }
};

/** Like mkdir -p, with open modes whatever the umask: an upper folder's mode is what the host sees. */
const makeFolder = async (root: string, path: string, mode = 0o755): Promise<void> => {
  let folder = root;
  for (const part of path.split('/').filter(Boolean)) {
    folder = join(folder, part);
    if (await mkdir(folder, { recursive: true })) await chmod(folder, mode);
  }
};
