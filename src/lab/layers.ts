import { createHash } from 'node:crypto';

/** Which Docker a host has: Debian 13's own is 26; 28 is taken from the release after it. */
export type Docker = '26' | '28' | 'none';

/** What /bin/sh is on a host. */
export type Shell = 'dash' | 'ash';

/** One folder of a root file system: what a script adds to the layers beneath it. Overlayfs lays them on each other. */
export interface Layer {
  readonly name: string;
  /** Runs in the root file system as it is so far; for the first, after debootstrap made it. */
  readonly script: string;
  /** Packages that debootstrap takes in: the first layer's only. */
  readonly packages?: readonly string[];
  /** How long it takes on two cores and a good line, for the announcement. */
  readonly minutes: number;
}

/** Debian 13: its systemd is the last (257) that still runs on cgroup v1. */
export const suite = 'trixie';

/** The layers that hosts of this kind lie on, lowest first. */
export const layersFor = (kind: { readonly docker: Docker; readonly python: boolean }): Layer[] => [
  base,
  ...(kind.docker === 'none' ? [] : [dockers[kind.docker]]),
  ...(kind.python ? [python] : []),
];

/** Names a layer by all that goes into it, so that one that would be built otherwise today is another layer. */
export const layerKey = (layers: readonly Layer[], architecture: string): string => {
  const recipe = JSON.stringify([suite, architecture, layers.map(({ script, packages }) => [packages ?? [], script])]);
  const name = layers.map((layer) => layer.name).join('+');
  return `${suite}-${architecture}-${name}-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`;
};

/** What every layer ends with: no caches, and nothing left for the first boot to bring up to date. */
const finish = `
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/log/bootstrap.log
journalctl --update-catalog
ldconfig
/usr/lib/systemd/systemd-update-done
`;

const install = (packages: readonly string[]): string => `
apt-get -q update
DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install ${packages.join(' ')}
`;

/** What any Debian server has, and no Python. Host keys and machine-id are each host's own. */
const base: Layer = {
  name: 'base',
  minutes: 2,
  packages: [
    'systemd',
    'systemd-sysv',
    'dbus',
    'openssh-server',
    'sudo',
    'opendoas',
    'iproute2',
    'iputils-ping',
    'procps',
    'kmod',
    'ca-certificates',
    'curl',
    'busybox-static',
  ],
  script: `
printf 'Acquire::Check-Valid-Until "false";\\nAcquire::Languages "none";\\nAPT::Install-Recommends "false";\\n' > /etc/apt/apt.conf.d/80lab
rm -f /etc/ssh/ssh_host_* /etc/machine-id /etc/hostname /etc/resolv.conf
: > /etc/machine-id
systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer console-getty.service
${finish}`,
};

const dockerTools = ['iptables', 'nftables', 'conntrack', 'ebtables', 'socat', 'ethtool'];
const dockerPackages = ['docker.io', 'docker-cli', 'containerd', 'runc'];

const dockers: Record<Exclude<Docker, 'none'>, Layer> = {
  '26': { name: 'docker26', minutes: 1, script: install([...dockerTools, ...dockerPackages]) + finish },
  '28': {
    name: 'docker28',
    minutes: 1,
    script: `
sed 's/ ${suite} / forky /' /etc/apt/sources.list > /etc/apt/sources.list.d/forky.list
printf 'Package: *\\nPin: release n=forky\\nPin-Priority: 100\\n\\nPackage: ${dockerPackages.join(' ')}\\nPin: release n=forky\\nPin-Priority: 990\\n' > /etc/apt/preferences.d/forky
${install([...dockerTools, ...dockerPackages])}
rm /etc/apt/sources.list.d/forky.list /etc/apt/preferences.d/forky
${finish}`,
  },
};

const python: Layer = { name: 'python', minutes: 0.5, script: install(['python3', 'python3-apt']) + finish };
