import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../util/diagnostic.ts';
import { withLock } from '../lock.ts';
import type { Need } from '../machine.ts';
import { tool } from '../tool.ts';
import { commonInitrd } from './initrd.ts';
import { kernelIn } from './kernel.ts';

/** What all virtual machines of a lab start from: files of the cache, which are read and never written. */
export interface MachineBase {
  readonly kernel: string;
  readonly initrd: string;
  /** An ext4 file system with the hosts' root file system; each machine has a copy. */
  readonly disk: string;
  readonly acceleration: 'kvm' | 'tcg';
}

export const machineNeeds: readonly Need[] = [
  { program: 'qemu-system-x86_64', package: 'qemu-system-x86' },
  { program: 'mkfs.ext4', package: 'e2fsprogs' },
  { program: 'xz', package: 'xz-utils' },
];

/** Size of a machine's disk; it is sparse. */
const diskSize = '16G';

/**
 * Makes the disk and the initrd for a stack of root file system folders, the uppermost of which is the kernel's, once; and
 * finds out whether this machine's KVM can be used. Throws UserError where no virtual machine can be made.
 */
export const machineBase = async (
  folders: readonly string[],
  options: {
    readonly cache: string;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((message: string) => void) | undefined;
  },
): Promise<MachineBase> => {
  if (process.arch !== 'x64')
    throw new UserError({
      severity: 'error',
      message: `virtual machines are made on x86-64 only, and this is ${process.arch}`,
    });
  const folder = join(options.cache, 'vm', basename(folders[0] as string));
  const { image: kernel, modules } = await kernelIn(folders[0] as string);
  const base = { kernel, initrd: join(folder, 'initrd'), disk: join(folder, 'disk.ext4') };
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(base.disk)) return;
      options.onProgress?.('Making the disk of virtual machines: about half a minute, this once.');
      const half = `${folder}.half`;
      await rm(half, { recursive: true, force: true });
      await mkdir(join(half, 'merged'), { recursive: true });
      const busybox = folders.map((layer) => join(layer, 'usr/bin/busybox')).find((path) => existsSync(path));
      if (!busybox) throw new Error('the root file system has no busybox');
      await writeFile(join(half, 'initrd'), await commonInitrd(busybox, modules));
      await tool(
        'unshare',
        ['--mount', '--propagation', 'private', 'sh', '-ec', makeDisk, 'disk', folders.join(':'), half, diskSize],
        {
          signal: options.signal,
        },
      );
      await rm(folder, { recursive: true, force: true });
      await rename(half, folder);
    },
    {
      signal: options.signal,
      onWait: () => options.onProgress?.('Another run makes the disk of virtual machines: waiting.'),
    },
  );
  return { ...base, acceleration: await acceleration(base, folder) };
};

/** Without a journal it would not survive what `lab kill` does to it. */
const makeDisk = `
mount -t overlay overlay -o "lowerdir=$1" "$2/merged"
mkfs.ext4 -q -E lazy_itable_init=0 -d "$2/merged" "$2/disk.ext4" "$3"
umount "$2/merged"
rmdir "$2/merged"`;

/** Guests hang under some machines' KVM, so it is used where one was seen to boot; remembered until this machine reboots. */
const acceleration = async (base: Omit<MachineBase, 'acceleration'>, folder: string): Promise<'kvm' | 'tcg'> => {
  if (!existsSync('/dev/kvm')) return 'tcg';
  const since = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const memory = join(folder, `acceleration-${since}`);
  const known = await readFile(memory, 'utf8').catch(() => '');
  if (known === 'kvm' || known === 'tcg') return known;
  const probe = ['-kernel', base.kernel, '-initrd', base.initrd, '-append', 'console=ttyS0 panic=-1 lab.probe'];
  const { all } = await execa(
    'qemu-system-x86_64',
    ['-accel', 'kvm', '-cpu', 'host', '-m', '512', '-no-reboot', '-nic', 'none', ...serialConsole, ...probe],
    { reject: false, all: true, stdin: 'ignore', timeout: 15_000, killSignal: 'SIGKILL' },
  );
  const found = all?.includes('lab: this machine boots') ? 'kvm' : 'tcg';
  await writeFile(memory, found);
  return found;
};

/** The machine's console is the program's output; qemu has no window and no monitor. */
export const serialConsole = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
