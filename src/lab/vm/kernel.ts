import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layer } from '../layers.ts';

/** Debian's kernel for virtual machines with its modules, over any root file system: a container needs none, a machine does. */
export const kernelLayer: Layer = {
  name: 'kernel',
  minutes: 1,
  // Unpacked and not installed: installing would bring an initramfs and a boot loader, which nothing here boots from.
  script: `
apt-get -q update
package=$(apt-cache depends "linux-image-cloud-$(dpkg --print-architecture)" | sed -n 's/^ *Depends: \\(linux-image-[0-9].*\\)$/\\1/p' | head -n 1)
mkdir /tmp/kernel
cd /tmp/kernel
apt-get -q -o APT::Sandbox::User=root download "$package"
dpkg-deb -x ./*.deb tree
mkdir -p /boot /usr/lib/modules
cp tree/boot/vmlinuz-* /boot/
cp -a tree/usr/lib/modules/. /usr/lib/modules/ 2>/dev/null || cp -a tree/lib/modules/. /usr/lib/modules/
cd /
rm -rf /tmp/kernel
depmod "$(ls /usr/lib/modules)"
apt-get clean
rm -rf /var/lib/apt/lists/*`,
};

/** The kernel in a kernel layer's folder, and the folder of its modules. */
export const kernelIn = async (folder: string): Promise<{ readonly image: string; readonly modules: string }> => {
  const [version] = await readdir(join(folder, 'usr/lib/modules'));
  if (!version) throw new Error(`${folder} has no kernel modules`);
  return { image: join(folder, 'boot', `vmlinuz-${version}`), modules: join(folder, 'usr/lib/modules', version) };
};

/**
 * The files of some modules and of all that they need, in an order in which they can be loaded one after the other.
 * `dependencies` is modules.dep (depmod(8)): `file: files`. A module that is not in it is part of the kernel.
 */
export const loadOrder = (dependencies: string, wanted: readonly string[]): string[] => {
  const needs = new Map(
    dependencies.split('\n').flatMap((line) => {
      const [file, rest] = line.split(':');
      return file && rest !== undefined ? [[file, rest.trim().split(/\s+/).filter(Boolean)] as const] : [];
    }),
  );
  const byName = new Map([...needs.keys()].map((file) => [moduleName(file), file]));
  const order = new Set<string>();
  const add = (file: string): void => {
    if (order.has(file)) return;
    for (const needed of needs.get(file) ?? []) add(needed);
    order.add(file);
  };
  for (const name of wanted) {
    const file = byName.get(name);
    if (file) add(file);
  }
  return [...order];
};

const moduleName = (file: string): string =>
  (file.split('/').at(-1) ?? '').replace(/\.ko(\..*)?$/, '').replaceAll('-', '_');
