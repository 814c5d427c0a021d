import { copyFile, link, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { compressLayer, type Layer } from '../../oci/file-blob.ts';
import { tool } from '../tool.ts';
import type { ImageFile } from './image.ts';

/** A file on this machine and where it lies in the image. */
export interface PlacedFile extends Pick<ImageFile, 'path' | 'capability'> {
  readonly from: string;
}

/** Packs files of this machine as a layer at `path`, owned by root; `work` is a folder for it to use. */
export const layerOfFiles = async (
  files: readonly PlacedFile[],
  links: Readonly<Record<string, string>>,
  work: string,
  path: string,
): Promise<Layer> => {
  const root = join(work, 'root');
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  for (const file of files) {
    const target = join(root, file.path);
    await mkdir(dirname(target), { recursive: true });
    // A link costs nothing; but a capability must not reach the file that others use.
    if (file.capability) {
      await copyFile(file.from, target);
      await tool('setcap', [`cap_${file.capability}=ep`, target]);
    } else await link(file.from, target).catch(() => copyFile(file.from, target));
  }
  for (const [name, target] of Object.entries(links)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await symlink(target, join(root, name));
  }
  const layer = await pack(path, ['--owner=0', '--group=0', '--mode=u=rwX,go=rX', '--directory', root, '.']);
  await rm(root, { recursive: true, force: true });
  return layer;
};

/**
 * Packs what was written over a root file system, an overlay's upper folder, as a layer at `path`. What the overlay marks
 * as deleted becomes the image's own mark (image specification 1.1, "Whiteouts").
 */
export const layerOfTree = async (folder: string, work: string, path: string): Promise<Layer> => {
  const deleted = (await tool('find', [folder, '-type', 'c', '-links', '1', '-printf', '%P\\0%y\\0']))
    .split('\0')
    .filter((_, at) => at % 2 === 0)
    .filter(Boolean);
  const marks = join(work, 'whiteouts');
  await rm(marks, { recursive: true, force: true });
  await mkdir(marks, { recursive: true });
  const list: string[] = [];
  for (const name of deleted.filter((entry) => !emptied.some((top) => entry.startsWith(`${top}/`)))) {
    const mark = join(marks, dirname(name), `.wh.${name.slice(name.lastIndexOf('/') + 1)}`);
    await mkdir(dirname(mark), { recursive: true });
    await writeFile(mark, '');
    list.push(relative(marks, mark));
  }
  const exclude = [...emptied.map((top) => `./${top}/*`), ...deleted.map((name) => `./${name}`)];
  const layer = await pack(path, [
    ...exclude.map((pattern) => `--exclude=${pattern}`),
    '--directory',
    folder,
    '.',
    ...(list.length > 0 ? ['--directory', marks, ...list.sort()] : []),
  ]);
  await rm(marks, { recursive: true, force: true });
  return layer;
};

/** Folders that a container gets from its engine, or that hold nothing of lasting use. */
const emptied = ['dev', 'proc', 'sys', 'run', 'tmp'];

/**
 * Entries by name, owners by number, every time 1970-01-01, extended headers without process numbers: the same files give
 * the same layer on any machine.
 */
const pack = async (path: string, what: readonly string[]): Promise<Layer> => {
  const tar = execa(
    'tar',
    [
      '--create',
      '--sort=name',
      '--mtime=@0',
      '--numeric-owner',
      '--format=posix',
      '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
      '--xattrs',
      '--xattrs-include=security.capability',
      ...what,
    ],
    { buffer: { stdout: false }, stdin: 'ignore' },
  );
  const [layer] = await Promise.all([compressLayer(tar.stdout, path), tar]);
  return layer;
};
