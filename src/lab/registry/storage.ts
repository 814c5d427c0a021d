import { constants, copyFile, link, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/**
 * Gives a lab a registry's storage of its own with all that another has, in milliseconds: contents are hard links, since a
 * registry writes them once and never changes them; the small files that name them are copies, since those do change. What
 * the lab adds or deletes stays its own. May be repeated, to add what has come since.
 */
export const cloneStorage = async (from: string, to: string): Promise<void> => {
  const root = join('docker', 'registry', 'v2');
  // Names first: each of them was written after what it names, so all of it is there when the contents are linked.
  for (const [folder, put] of [
    ['repositories', copyFile],
    ['blobs', linkOrCopy],
  ] as const) {
    const source = join(from, root, folder);
    for (const name of await filesIn(source)) {
      const target = join(to, root, folder, name);
      await mkdir(dirname(target), { recursive: true });
      await put(join(source, name), target);
    }
  }
};

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.split(sep).includes('_uploads'));
};

const linkOrCopy = async (from: string, to: string): Promise<void> => {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'EXDEV') throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
};
