import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupsOfThisMachine } from './cgroup.ts';
import { boundFolders } from './guest.ts';
import type { HostKind } from './host-kind.ts';
import { connectHost } from './network.ts';
import type { HostRecord, LabPlace, LabRecord } from './state.ts';

/** A host as a container: systemd-nspawn boots an overlay in a network namespace that hangs on the lab's bridge. */
export const container: HostKind = {
  connect: connectHost,
  command: async (place, lab, host) => {
    const { version } = await cgroupsOfThisMachine();
    return { argv: command(place, lab, host, version), env: nspawnEnvironment[version] };
  },
};

/**
 * Mounts are made in a mount namespace of the host's own, so that they go when its last process does, and none is ever seen
 * from outside. sysfs is mounted from within the host's network namespace: nspawn's own would show this machine's interfaces.
 */
const command = (place: LabPlace, lab: LabRecord, host: HostRecord, cgroups: 'v1' | 'v2'): string[] => {
  const own = place.host(host.name);
  const script = `
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4"
nsenter --net="/run/netns/$5" mount -t sysfs sysfs "$4/sys"
shift 5
exec "$@"`;
  const bound = boundFolders.map((name) => `--bind=${join(own.bound, name)}:/var/lib/${name}`);
  const devices = ['/dev/kmsg', '/dev/net/tun', '/dev/fuse'].filter((path) => existsSync(path));
  return [
    ...['unshare', '--mount', '--propagation', 'private'],
    ...['sh', '-ec', script, 'lab-host', lab.layers.join(':'), own.upper, own.work, own.merged, own.netns],
    ...['systemd-nspawn', '--quiet', '--boot', `--directory=${own.merged}`],
    ...[`--machine=${own.netns}`, `--hostname=${host.name}`, '--register=no', '--keep-unit'],
    ...[`--network-namespace-path=/run/netns/${own.netns}`, '--resolv-conf=off', '--timezone=off', '--link-journal=no'],
    // All but the clock, which is this machine's own: a host that sets its time zone would move it.
    ...[
      '--capability=all',
      '--drop-capability=CAP_SYS_TIME',
      '--system-call-filter=@keyring @privileged bpf perf_event_open',
    ],
    ...(cgroups === 'v1' ? ['--setenv=SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'] : []),
    ...bound,
    ...devices.map((path) => `--bind=${path}`),
    ...(existsSync('/lib/modules') ? ['--bind-ro=/lib/modules'] : []),
  ];
};

const nspawnEnvironment: Record<'v1' | 'v2', Record<string, string>> = {
  v1: {
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '0',
    SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'yes',
    SYSTEMD_NSPAWN_USE_CGNS: '1',
    SYSTEMD_NSPAWN_LOCK: '0',
  },
  v2: {
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
    SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'yes',
    SYSTEMD_NSPAWN_USE_CGNS: '1',
    SYSTEMD_NSPAWN_LOCK: '0',
  },
};
