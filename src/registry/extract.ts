import { link, mkdir, open, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { checkLinks, entryPath, isGitOwn, Names, Refused, shown } from './archive-names.ts';

export interface ExtractOptions {
  /** The archive's name in messages: `oci://registry.example/etcd 1.2.0`. */
  readonly what: string;
  /** Where it was asked for. */
  readonly position?: Diagnostic['position'];
  /** Drops the one folder that everything lies in, as archives of GitHub have it. */
  readonly dropTop?: boolean | undefined;
  readonly limits?: Partial<ExtractLimits> | undefined;
}

export interface ExtractLimits {
  /** Bytes of the unpacked tar, headers and padding included. */
  readonly bytes: number;
  readonly entries: number;
}

/** The largest collections on Galaxy have 20,000 files and 100 MB. */
export const extractLimits: ExtractLimits = { bytes: 1024 ** 3, entries: 100_000 };

/** Where entries lie until all of them are there. */
const staging = '.unpacking';

/**
 * Unpacks a tar, compressed with gzip or not, that may be an enemy's, into an empty folder: regular files (0644, or 0755
 * where their owner may run them), folders, and links that stay inside. Throws a UserError with one sentence for anything
 * else, and leaves the folder empty then. Symbolic links are made when all else is there, so nothing is written through one.
 * A Git repository's own files (`.git`) are left out.
 */
export const extractArchive = async (archive: Readable, into: string, options: ExtractOptions): Promise<void> => {
  const folder = join(into, staging);
  await mkdir(folder);
  try {
    await unpack(archive, folder, { ...extractLimits, ...options.limits });
    const top = options.dropTop ? await onlyFolder(folder) : folder;
    for (const name of await readdir(top)) await rename(join(top, name), join(into, name));
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

const unpack = async (archive: Readable, folder: string, limits: ExtractLimits): Promise<void> => {
  const entries = extract();
  // The entries' own errors are the pipeline's; it is awaited at the end, when the loop has told what it knows.
  const feeding = pipeline(
    await decompressed(archive),
    counted(limits.bytes),
    entries as unknown as NodeJS.WritableStream,
  );
  feeding.catch(() => {});
  const names = new Names();
  const links = new Map<string, string>();
  let count = 0;
  try {
    for await (const entry of entries) {
      if (++count > limits.entries) throw new Refused(`has more than ${limits.entries} entries`);
      await place(entry, folder, names, links);
      entry.resume();
    }
  } catch (error) {
    // Where the stream broke, the loop knows no more than that.
    throw error instanceof Refused
      ? error
      : await feeding.then(
          () => error,
          (cause: unknown) => cause,
        );
  }
  await feeding;
  if (count === 0) throw new Refused('is empty');
  checkLinks(links);
  for (const [path, target] of links) await symlink(target, join(folder, path));
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
  if (kind === 'folder') await mkdir(at, { recursive: true, mode: 0o755 });
  else await mkdir(dirname(at), { recursive: true, mode: 0o755 });
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

const write = async (entry: AsyncIterable<Uint8Array>, path: string, mode = 0): Promise<void> => {
  const file = await open(path, 'wx', mode & 0o100 ? 0o755 : 0o644);
  try {
    for await (const part of entry) await file.write(part);
  } finally {
    await file.close();
  }
};

/** The stream behind its compression, which its first bytes tell. */
const decompressed = async (archive: Readable): Promise<Readable> => {
  const first: Buffer[] = [];
  const source = archive[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (let size = 0; size < 6; size += first.at(-1)?.length ?? 0) {
    const { value, done } = await source.next();
    if (done) break;
    first.push(value);
  }
  const whole = Readable.from(
    (async function* () {
      yield* first;
      yield* { [Symbol.asyncIterator]: () => source };
    })(),
  );
  const magic = Buffer.concat(first).toString('latin1');
  const other = otherForms.find(([start]) => magic.startsWith(start));
  if (other) throw new Refused(`is ${other[1]}, and only tar and tar.gz are unpacked`);
  const inner = magic.startsWith('\x1f\x8b') ? createGunzip() : new PassThrough();
  pipeline(whole, inner).catch((error: Error) => inner.destroy(error));
  return inner;
};

const otherForms = [
  ['BZh', 'compressed with bzip2'],
  ['\xfd7zXZ', 'compressed with xz'],
  ['\x28\xb5\x2f\xfd', 'compressed with zstd'],
  ['PK', 'a zip archive'],
] as const;

/** Passes on as much as is allowed; at the end it wants the block of zeros that every tar ends with. */
const counted = (limit: number): Transform => {
  let received = 0;
  let tail: Uint8Array = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > limit) return done(new Refused(`is larger than ${limit} bytes unpacked`));
      tail = chunk.length >= 512 ? chunk.subarray(-512) : Buffer.concat([tail, chunk]).subarray(-512);
      done(null, chunk);
    },
    flush(done) {
      done(received > 0 && !tail.every((byte) => byte === 0) ? new Refused('ends too early') : null);
    },
  });
};

const onlyFolder = async (folder: string): Promise<string> => {
  const found = await readdir(folder, { withFileTypes: true });
  const [only] = found;
  return found.length === 1 && only?.isDirectory() ? join(folder, only.name) : folder;
};

/** What went wrong in words, or undefined where the archive is not to blame. */
const sentence = (error: unknown): string | undefined => {
  if (error instanceof Refused) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR' || message === 'Unexpected end of data') return 'ends too early';
  if (code?.startsWith('Z_')) return `is damaged (${message})`;
  if (/^Invalid (tar )?header|^Header exceeds/.test(message)) return 'is not a tar archive, or is damaged';
  return undefined;
};
