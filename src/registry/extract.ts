import { createHash } from 'node:crypto';
import { closeSync, fchmodSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { link, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract, type Header } from 'tar-stream';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { checkLinks, entryPath, isGitOwn, Names, Refused, shown } from './archive-names.ts';
import { rootOf } from './archive-root.ts';
import { decompress } from './decompress.ts';

export interface ExtractOptions {
  /** The archive's name in messages: `oci://registry.example/etcd 1.2.0`. */
  readonly what: string;
  /** Where it was asked for. */
  readonly position?: Diagnostic['position'];
  /** `sha256:…` of the archive as it comes, where it must be a certain one. */
  readonly expected?: string | undefined;
  /** Drops the one folder that everything lies in, as archives of GitHub have it. */
  readonly dropTop?: boolean | undefined;
  /** Keeps this folder of it alone. */
  readonly subfolder?: string | undefined;
  readonly limits?: Partial<ExtractLimits> | undefined;
}

export interface ExtractLimits {
  /** Bytes of the archive, and of the tar in it with headers and padding: each may have as many. */
  readonly bytes: number;
  readonly entries: number;
}

/** Several times what the largest collections on Galaxy have. */
export const extractLimits: ExtractLimits = { bytes: 1024 ** 3, entries: 100_000 };

/** Where entries lie until all of them are there. */
const staging = '.unpacking';

/**
 * Unpacks a tar, compressed with gzip or not, that may be an enemy's, into an empty folder: regular files (0644, or 0755
 * where their owner may run them), folders, and links that stay inside. Tells the archive's `sha256:…`. Throws a UserError
 * with one sentence for anything else, and leaves the folder empty then. Symbolic links are made when all else is there, so
 * nothing is written through one. A Git repository's own files (`.git`) are left out.
 */
export const extractArchive = async (archive: Readable, into: string, options: ExtractOptions): Promise<string> => {
  const folder = join(into, staging);
  // A stream may fail before it is read: that is told when it is, and without a listener would end the program.
  archive.on('error', () => {});
  await mkdir(folder);
  try {
    const digest = await unpack(archive, folder, { ...extractLimits, ...options.limits });
    if (options.expected && digest !== options.expected)
      throw new Refused(`is not what it was: expected ${options.expected}, received ${digest}`);
    const root = await rootOf(folder, options);
    for (const name of await readdir(root)) await rename(join(root, name), join(into, name));
    return digest;
  } catch (error) {
    for (const name of await readdir(into)) await rm(join(into, name), { recursive: true, force: true });
    const why = sentence(error);
    if (why === undefined) throw error;
    throw new UserError(
      { severity: 'error', message: `${options.what} ${why}; nothing of it was kept`, position: options.position },
      { cause: error },
    );
  } finally {
    archive.destroy();
    await rm(folder, { recursive: true, force: true });
  }
};

const unpack = async (archive: Readable, folder: string, limits: ExtractLimits): Promise<string> => {
  const hash = createHash('sha256');
  const received = counted(limits.bytes, (chunk) => hash.update(chunk));
  // Awaited at the end: a source that checks what it sends tells so with its last byte, which the tar may not need.
  const receiving = pipeline(archive, received);
  receiving.catch(() => {});
  const entries = extract();
  let tail: Uint8Array = Buffer.alloc(0);
  const unpacked = counted(limits.bytes, (chunk) => {
    tail = chunk.length >= 512 ? chunk.subarray(-512) : Buffer.concat([tail, chunk]).subarray(-512);
  });
  const feeding = decompress(received).then((tar) =>
    pipeline(tar, unpacked, entries as unknown as NodeJS.WritableStream),
  );
  feeding.catch((error: Error) => entries.destroy(error));
  try {
    const links = await placeAll(entries, folder, limits.entries);
    await feeding;
    await receiving.catch((error: unknown) => {
      // The end of gzip's own data ends the reading of all that follows it.
      throw isCutShort(error) ? new Refused('goes on behind its end') : error;
    });
    if (!tail.every((byte) => byte === 0)) throw new Refused('ends too early');
    for (const [path, target] of links) await symlink(target, join(folder, path));
    return `sha256:${hash.digest('hex')}`;
  } catch (error) {
    archive.destroy();
    // Where a stream broke, the first in the row knows why.
    if (error instanceof Refused) throw error;
    throw (await failureOf(receiving)) ?? (await failureOf(feeding)) ?? error;
  }
};

/** Puts every entry in its place, but for symbolic links (path → target), which it returns once all are checked. */
const placeAll = async (entries: Extract, folder: string, limit: number): Promise<ReadonlyMap<string, string>> => {
  const names = new Names();
  const links = new Map<string, string>();
  let count = 0;
  for await (const entry of entries) {
    if (++count > limit) throw new Refused(`has more than ${limit} entries`);
    await place(entry, folder, names, links);
    entry.resume();
  }
  if (count === 0) throw new Refused('is empty');
  checkLinks(links);
  return links;
};

type Entry = Extract extends AsyncIterable<infer One> ? One : never;

const place = async (entry: Entry, folder: string, names: Names, links: Map<string, string>): Promise<void> => {
  const { header } = entry;
  const path = entryPath(header.name);
  if (isGitOwn(path)) return;
  const kind = kindOf(header);
  if (path === '' && kind !== 'folder') throw new Refused('has an entry without a name');
  if (path === '') return;
  names.take(path, kind === 'hard link' ? 'file' : kind);
  const at = join(folder, path);
  mkdirSync(kind === 'folder' ? at : dirname(at), { recursive: true, mode: 0o755 });
  if (kind === 'file') await write(entry as AsyncIterable<Uint8Array>, at, header.mode);
  if (kind === 'link') links.set(path, header.linkname ?? '');
  if (kind === 'hard link') {
    const target = entryPath(header.linkname ?? '');
    if (target === path || !names.isFile(target))
      throw new Refused(`has a hard link to what is not a file of it: ${shown(path)} -> ${shown(target)}`);
    await link(join(folder, target), at);
  }
};

const kindOf = ({ type, mode, name, pax }: Header): 'folder' | 'file' | 'link' | 'hard link' => {
  if (type === 'directory') return 'folder';
  if (type === 'symlink') return 'link';
  if (type === 'link') return 'hard link';
  if (type !== 'file')
    throw new Refused(`has something that is no file, folder or link (${type ?? 'unknown'}): ${shown(name)}`);
  if (Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse')))
    throw new Refused(`has a sparse file: ${shown(name)}`);
  if ((mode ?? 0) & 0o6000)
    throw new Refused(`has a file that runs as another user (setuid or setgid): ${shown(name)}`);
  return 'file';
};

/** Without waiting for the disk: an archive's many small files are there sooner than they could be waited for. */
const write = async (entry: AsyncIterable<Uint8Array>, path: string, mode = 0): Promise<void> => {
  const file = openSync(path, 'wx', mode & 0o100 ? 0o755 : 0o644);
  try {
    // Whatever this process masks, a role is for its readers to read.
    fchmodSync(file, mode & 0o100 ? 0o755 : 0o644);
    for await (const part of entry) writeFileSync(file, part);
  } finally {
    closeSync(file);
  }
};

/** Passes on as much as is allowed, and shows it to `watch`. */
const counted = (limit: number, watch: (chunk: Uint8Array) => void): Transform => {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > limit) return done(new Refused(`is larger than ${limit} bytes`));
      watch(chunk);
      done(null, chunk);
    },
  });
};

const isCutShort = (error: unknown): boolean =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR'].includes((error as NodeJS.ErrnoException).code ?? '');

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (isCutShort(error) ? undefined : error),
  );

/** What went wrong in words, or undefined where the archive is not to blame. */
const sentence = (error: unknown): string | undefined => {
  if (error instanceof Refused) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR' || message === 'Unexpected end of data') return 'ends too early';
  if (code?.startsWith('Z_')) return `is damaged (${message})`;
  if (/^Invalid (tar )?header|^Header exceeds/.test(message)) return 'is not a tar archive, or is damaged';
  return undefined;
};
