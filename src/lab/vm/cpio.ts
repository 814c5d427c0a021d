import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** An entry of an initramfs archive. `mode` has the type of file in it, as st_mode does. */
export interface CpioEntry {
  readonly name: string;
  readonly mode: number;
  readonly content?: Uint8Array | undefined;
}

export const folderMode = 0o040755;
export const programMode = 0o100755;
export const fileMode = 0o100644;
const linkMode = 0o120777;

/**
 * An archive in the one form that Linux reads as initramfs: "newc" (Documentation/driver-api/early-userspace/buffer-format.rst
 * of the kernel). Everything belongs to root and has no time. Folders must come before what lies in them.
 */
export const cpio = (entries: readonly CpioEntry[]): Buffer => {
  const parts: Buffer[] = [];
  for (const [at, entry] of [...entries, { name: 'TRAILER!!!', mode: 0 }].entries()) {
    const content = 'content' in entry ? (entry.content ?? new Uint8Array()) : new Uint8Array();
    const name = Buffer.from(`${entry.name}\0`);
    const links = (entry.mode & 0o170000) === 0o040000 ? 2 : 1;
    const fields = [at + 1, entry.mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
    parts.push(padded(Buffer.concat([Buffer.from(header), name])), padded(Buffer.from(content)));
  }
  return Buffer.concat(parts);
};

/** A folder with all that is in it, under `name`; entries that are no file, link or folder are left out. */
export const cpioFolder = async (folder: string, name: string): Promise<CpioEntry[]> => {
  const entries: CpioEntry[] = [{ name, mode: (await lstat(folder)).mode }];
  for (const child of (await readdir(folder)).sort()) {
    const [path, inside] = [join(folder, child), `${name}/${child}`];
    const found = await lstat(path);
    if (found.isDirectory()) entries.push(...(await cpioFolder(path, inside)));
    else if (found.isFile()) entries.push({ name: inside, mode: found.mode, content: await readFile(path) });
    else if (found.isSymbolicLink())
      entries.push({ name: inside, mode: linkMode, content: Buffer.from(await readlink(path)) });
  }
  return entries;
};

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
