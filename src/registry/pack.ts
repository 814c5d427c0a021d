import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { UserError } from '../util/diagnostic.ts';
import { isGitOwn, shown } from './archive-names.ts';

/** Owner, group and time that every entry has, so that the same content is the same archive wherever it is made. */
const fixed = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) };

/**
 * A folder as a tar: its regular files, folders and symbolic links, in the order of their names' bytes, with modes 0644 and
 * 0755. The same content gives the same bytes. A Git repository's own files are left out; what is neither file, folder nor
 * link ends the stream with a UserError. Whether links stay inside is for the one who unpacks to see.
 */
export const packFolder = (folder: string): Readable => {
  const archive = pack();
  const walk = async (below: string): Promise<void> => {
    const names = (await readdir(join(folder, below), { encoding: 'buffer' })).sort(Buffer.compare);
    for (const raw of names) {
      const path = join(below, raw.toString('utf8'));
      if (!isGitOwn(path)) await add(path);
    }
  };
  const add = async (path: string): Promise<void> => {
    const found = await lstat(join(folder, path));
    if (found.isDirectory()) {
      archive.entry({ ...fixed, name: path, type: 'directory', mode: 0o755 });
      return walk(path);
    }
    if (found.isSymbolicLink()) {
      archive.entry({
        ...fixed,
        name: path,
        type: 'symlink',
        mode: 0o777,
        linkname: await readlink(join(folder, path)),
      });
      return;
    }
    if (!found.isFile())
      throw new UserError({
        severity: 'error',
        message: `${join(folder, shown(path))} is neither a file nor a folder nor a link, and cannot be packed`,
      });
    const header = { ...fixed, name: path, mode: found.mode & 0o100 ? 0o755 : 0o644, size: found.size };
    const entry = archive.entry(header) as unknown as NodeJS.WritableStream;
    // To the size that the header has: a file that grows meanwhile must not spoil the archive.
    const end = found.size - 1;
    if (found.size > 0) await pipeline(createReadStream(join(folder, path), { end }), entry);
    else entry.end();
  };
  walk('').then(
    () => archive.finalize(),
    (error: unknown) => archive.destroy(error as Error),
  );
  return archive as unknown as Readable;
};
