import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cpio, cpioFolder, fileMode } from '../../../src/lab/vm/cpio.ts';
import { loadOrder } from '../../../src/lab/vm/kernel.ts';

/** Reads an archive as the kernel's documentation describes it. */
const read = (archive: Buffer): { name: string; mode: string; content: string }[] => {
  const found = [];
  for (let at = 0; at < archive.length; ) {
    expect(archive.toString('latin1', at, at + 6)).toBe('070701');
    const field = (n: number) => Number.parseInt(archive.toString('latin1', at + 6 + n * 8, at + 14 + n * 8), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const name = archive.toString('utf8', at + 110, at + 110 + nameSize - 1);
    const start = (at + 110 + nameSize + 3) & ~3;
    found.push({ name, mode: mode.toString(8), content: archive.toString('utf8', start, start + size) });
    at = (start + size + 3) & ~3;
  }
  return found;
};

describe('an initramfs archive', () => {
  it('has its entries in order, and ends as Linux wants it to', () => {
    const archive = cpio([
      { name: 'a', mode: fileMode, content: Buffer.from('12345') },
      { name: 'longer', mode: fileMode },
    ]);
    expect(archive.length % 4).toBe(0);
    expect(read(archive)).toEqual([
      { name: 'a', mode: '100644', content: '12345' },
      { name: 'longer', mode: '100644', content: '' },
      { name: 'TRAILER!!!', mode: '0', content: '' },
    ]);
  });

  it('takes a folder with modes and links, a folder before what is in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'k8s-bm-cpio-'));
    try {
      await mkdir(join(folder, 'root/.ssh'), { recursive: true, mode: 0o700 });
      await writeFile(join(folder, 'root/.ssh/key'), 'x', { mode: 0o600 });
      await symlink('../key', join(folder, 'root/link'));
      const names = read(cpio(await cpioFolder(folder, 'host'))).map(
        ({ name, mode, content }) => `${name} ${mode} ${content}`,
      );
      expect(names.slice(1)).toEqual([
        'host/root 40700 ',
        'host/root/.ssh 40700 ',
        'host/root/.ssh/key 100600 x',
        'host/root/link 120777 ../key',
        'TRAILER!!! 0 ',
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the modules that a machine loads', () => {
  it('come after what they need, once each, and without what is part of the kernel', () => {
    const dependencies = [
      'kernel/net/virtio_net.ko.xz: kernel/net/net_failover.ko.xz kernel/net/failover.ko.xz kernel/virtio/virtio.ko.xz',
      'kernel/net/net_failover.ko.xz: kernel/net/failover.ko.xz',
      'kernel/net/failover.ko.xz:',
      'kernel/virtio/virtio.ko.xz:',
      'kernel/block/virtio-blk.ko.xz: kernel/virtio/virtio.ko.xz',
    ].join('\n');
    expect(loadOrder(dependencies, ['virtio_blk', 'virtio_net', 'ext4'])).toEqual([
      'kernel/virtio/virtio.ko.xz',
      'kernel/block/virtio-blk.ko.xz',
      'kernel/net/failover.ko.xz',
      'kernel/net/net_failover.ko.xz',
      'kernel/net/virtio_net.ko.xz',
    ]);
  });
});
