import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cpio, cpioFolder, fileMode, folderMode, programMode } from './cpio.ts';
import { loadOrder } from './kernel.ts';

/**
 * What a machine boots before its disk: busybox and the drivers of qemu's disk and network card. A host's root file system
 * has no udev, so the address is set here, before systemd starts. `/host` of the archive, where there is one, is laid over
 * the disk at the first boot; the machine-id tells whether that has been done.
 */
const init = `#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done < /modules/order
if grep -q lab.probe /proc/cmdline; then
  echo 'lab: this machine boots'
  poweroff -f
fi
for try in 1 2 3 4 5 6 7 8 9 10; do
  [ ! -b /dev/vda ] || break
  sleep 0.2
done
mount -t ext4 -o rw /dev/vda /root
if ! cmp -s /host/etc/machine-id /root/etc/machine-id; then
  cp -a /host/. /root/
  sync
fi
. /address
ip link set eth0 up
ip address add "$address" dev eth0
ip route add default via "$gateway"
umount /sys /proc
exec switch_root /root /sbin/init
`;

const drivers = ['virtio_pci', 'virtio_blk', 'virtio_net', 'ext4'];

/** The part of the archive that is the same for all machines with this kernel; busybox is the root file system's own. */
export const commonInitrd = async (busybox: string, modules: string): Promise<Buffer> => {
  const order = loadOrder(await readFile(join(modules, 'modules.dep'), 'utf8'), drivers);
  const files = await Promise.all(
    order.map(async (file) => ({
      name: `modules/${nameOf(file)}`,
      mode: fileMode,
      content: await unpacked(join(modules, file)),
    })),
  );
  return cpio([
    ...['bin', 'dev', 'modules', 'proc', 'root', 'sys'].map((name) => ({ name, mode: folderMode })),
    { name: 'init', mode: programMode, content: Buffer.from(init) },
    { name: 'bin/busybox', mode: programMode, content: await readFile(busybox) },
    { name: 'modules/order', mode: fileMode, content: Buffer.from(`${order.map(nameOf).join('\n')}\n`) },
    ...files,
  ]);
};

/** What makes a machine this host, to be put behind the common part: Linux reads several archives in a row. */
export const hostInitrd = async (folder: string, address: string, gateway: string): Promise<Buffer> =>
  cpio([
    { name: 'address', mode: fileMode, content: Buffer.from(`address=${address}\ngateway=${gateway}\n`) },
    ...(await cpioFolder(folder, 'host')),
  ]);

const nameOf = (file: string): string => (file.split('/').at(-1) ?? '').replace(/\.(xz|zst|gz)$/, '');

/** busybox's insmod reads no compressed module. */
const unpacked = async (file: string): Promise<Uint8Array> => {
  const program = ({ xz: 'xz', zst: 'zstd', gz: 'gzip' } as Record<string, string>)[file.split('.').at(-1) ?? ''];
  if (!program) return readFile(file);
  return (await execa(program, ['-dc', file], { encoding: 'buffer' })).stdout;
};
