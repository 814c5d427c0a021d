import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Diagnostic } from '../util/diagnostic.ts';
import { UserError } from '../util/diagnostic.ts';
import { cgroupsOfThisMachine } from './cgroup.ts';
import { ask, tool } from './tool.ts';

/** A program that the lab drives, and the Debian package that has it. */
export interface Need {
  readonly program: string;
  readonly package: string;
  /** A file to look for where there is no program. */
  readonly file?: string;
}

/** What hosts need; other parts of the lab add their own. */
export const hostNeeds: readonly Need[] = [
  { program: 'systemd-nspawn', package: 'systemd-container' },
  { program: 'debootstrap', package: 'debootstrap' },
  { program: 'ip', package: 'iproute2' },
  { program: 'ssh-keygen', package: 'openssh-client' },
  { program: 'nsenter', package: 'util-linux' },
  { program: 'setpriv', package: 'util-linux' },
  {
    program: 'the Debian archive’s keys',
    package: 'debian-archive-keyring',
    file: '/usr/share/keyrings/debian-archive-keyring.gpg',
  },
];

/** Capabilities (capability(7), by bit) without which no host can be made: a container made without them lacks these. */
const capabilities: readonly [number, string][] = [
  [12, 'CAP_NET_ADMIN'],
  [21, 'CAP_SYS_ADMIN'],
  [18, 'CAP_SYS_CHROOT'],
  [27, 'CAP_MKNOD'],
];
const sysResource = 24;

export interface Machine {
  /** Whether a process here may lower its oom score. */
  readonly mayRaiseOomScores: boolean;
}

/**
 * Checks that this machine can have a lab, before anything is made. With `install`, missing packages are installed with
 * apt-get; else UserError says which, and the command. Throws UserError for what no package can mend.
 */
export const checkMachine = async (options: {
  readonly needs: readonly Need[];
  readonly install: boolean;
  readonly platform?: NodeJS.Platform | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}): Promise<Machine> => {
  const platform = options.platform ?? process.platform;
  if (platform !== 'linux')
    throw refuse(
      `the lab makes its hosts with Linux' own means, and this is ${platform === 'darwin' ? 'macOS' : platform}`,
      'run it in a Linux virtual machine with 4 GB or more; k8s-bm itself runs here',
    );
  if (process.getuid?.() !== 0)
    throw refuse('the lab needs root: it makes network interfaces and mounts', 'run the same command with sudo');
  const effective = BigInt(`0x${/^CapEff:\s*(\w+)/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  const has = (bit: number) => (effective & (1n << BigInt(bit))) !== 0n;
  const lacking = capabilities.filter(([bit]) => !has(bit)).map(([, name]) => name);
  if (lacking.length > 0)
    throw refuse(
      `root here lacks ${lacking.join(', ')}: this is a container that was made without them`,
      'run it on the machine itself, or in a container started with --privileged',
    );
  await checkRoot();
  await checkWritable();
  // What could not be tried for want of a program is tried now.
  if (await provide(options)) await checkWritable();
  return { mayRaiseOomScores: has(sysResource) };
};

/** In a chroot, `docker exec` in a host would enter the machine's own root: a mount namespace has one root, and chroot(2) moves none. */
const checkRoot = async (): Promise<void> => {
  // Who enters his own mount namespace again stands at its root (setns(2)).
  const root = await ask('nsenter', ['--mount=/proc/self/ns/mnt', 'stat', '-c', '%d:%i', '/']);
  const { dev, ino } = await stat('/');
  if (root === undefined || root.trim() === `${dev}:${ino}`) return;
  throw refuse(
    'this is a chroot, out of which the hosts of a lab could reach the machine',
    'run it on the machine itself, or enter the folder with systemd-nspawn or pivot_root',
  );
};

const checkWritable = async (): Promise<void> => {
  const problem = await tool('unshare', ['--mount', '--net', 'sh', '-ec', tryMounts]).then(
    () => undefined,
    (error: Error) => error.message.split('\n').at(-1),
  );
  if (problem)
    throw refuse(
      `this machine does not let the lab mount, or make network interfaces (${problem})`,
      'in a container: start it with --privileged; on a machine: see that its kernel has overlay, bridge and veth',
    );
  const { hierarchies } = await cgroupsOfThisMachine();
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' '));
  const readOnly = mounts.find((at) => hierarchies.includes(at[4] ?? '') && at[5]?.split(',').includes('ro'));
  if (readOnly)
    throw refuse(
      `${readOnly[4]} is mounted read-only, so that no host could have its cgroup`,
      'in a container: start it with --privileged',
    );
};

/** In namespaces of its own, so that nothing of it stays. */
const tryMounts = `
mount -t tmpfs none /mnt
mkdir /mnt/a /mnt/b /mnt/w /mnt/m
mount -t overlay overlay -o lowerdir=/mnt/a,upperdir=/mnt/b,workdir=/mnt/w /mnt/m
command -v ip >/dev/null || exit 0
ip link add kb-try type bridge
ip link add kb-try-1 type veth peer name kb-try-2`;

/** Says whether it installed anything. */
const provide = async (options: Parameters<typeof checkMachine>[0]): Promise<boolean> => {
  const missing: Need[] = [];
  for (const need of options.needs)
    if (
      need.file
        ? !existsSync(need.file)
        : (await ask('sh', ['-c', 'command -v "$1"', 'sh', need.program])) === undefined
    )
      missing.push(need);
  if (missing.length === 0) return false;
  const packages = [...new Set(missing.map((need) => need.package))];
  if (!existsSync('/usr/bin/apt-get'))
    throw refuse(
      `${missing.map((need) => need.program).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing on this machine`,
      `install what Debian has as ${packages.join(', ')}`,
    );
  if (!options.install)
    throw refuse(
      `${missing.map((need) => need.program).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing on this machine`,
      `apt-get install ${packages.join(' ')}, or give --install to have it done`,
    );
  options.onProgress?.(`Installing ${packages.join(', ')} on this machine (once).`);
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  await tool('apt-get', ['-q', 'update'], { env: environment });
  await tool('apt-get', ['-qy', '--no-install-recommends', 'install', ...packages], { env: environment });
  return true;
};

const refuse = (message: string, hint: string): UserError => {
  const diagnostic: Diagnostic = { severity: 'error', message, hint };
  return new UserError(diagnostic);
};
