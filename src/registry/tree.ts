import { createHash } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** In every folder that was installed: where it is from. Not part of what it says it is. */
export const originFile = '.k8s-bm-origin.json';

/**
 * The SHA-256 of a folder's content: every path in order, what it is, whether it can be executed, and its bytes; neither
 * times nor owners. With `to`, the folder is copied there in the same reading, so that what was hashed is what lies there.
 */
export const hashTree = async (folder: string, to?: string): Promise<string> => {
  const hash = createHash('sha256');
  const walk = async (inner: string): Promise<void> => {
    const entries = readdirSync(join(folder, inner), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(inner, entry.name);
      if (path === originFile || path === '.git') continue;
      const from = join(folder, path);
      if (entry.isDirectory()) {
        hash.update(`folder\0${path}\0`);
        if (to !== undefined) mkdirSync(join(to, path));
        // A folder at a time: roles have many small files, for which waiting costs more than reading.
        await new Promise(setImmediate);
        await walk(path);
      } else if (entry.isSymbolicLink()) {
        const target = readlinkSync(from);
        hash.update(`link\0${path}\0${target}\0`);
        if (to !== undefined) symlinkSync(target, join(to, path));
      } else if (entry.isFile()) {
        const { bytes, mode } = readWithMode(from);
        const executable = (mode & 0o111) !== 0;
        hash.update(`file\0${path}\0${executable ? 'x' : ''}\0${bytes.length}\0`).update(bytes);
        if (to !== undefined) writeWithMode(join(to, path), bytes, mode & 0o777);
      } else throw new Error(`${from} is neither a file, a folder nor a link`);
    }
  };
  await walk('');
  return `sha256:${hash.digest('hex')}`;
};

const readWithMode = (path: string): { readonly bytes: Buffer; readonly mode: number } => {
  const file = openSync(path, 'r');
  try {
    return { bytes: readFileSync(file), mode: fstatSync(file).mode };
  } finally {
    closeSync(file);
  }
};

const writeWithMode = (path: string, bytes: Buffer, mode: number): void => {
  const file = openSync(path, 'wx', mode);
  try {
    // Whatever this process masks, a role is for its readers to read.
    fchmodSync(file, mode);
    writeFileSync(file, bytes);
  } finally {
    closeSync(file);
  }
};

/** The paths that differ between two folders, in order: content, kind, whether it can be executed. */
export const changedFiles = async (one: string, other: string): Promise<readonly string[]> => {
  const [before, after] = await Promise.all([listing(one), listing(other)]);
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
};

const listing = async (folder: string): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    const path = relative(folder, from);
    if (path === originFile || path === '.git' || path.startsWith('.git/')) continue;
    if (entry.isSymbolicLink()) found.set(path, `link ${await readlink(from)}`);
    else if (entry.isFile()) {
      const executable = ((await stat(from)).mode & 0o111) !== 0;
      found.set(
        path,
        `${executable} ${createHash('sha256')
          .update(await readFile(from))
          .digest('hex')}`,
      );
    } else found.set(path, entry.isDirectory() ? 'folder' : 'other');
  }
  return found;
};
