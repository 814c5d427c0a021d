import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Refused } from './archive-names.ts';

/** Looks at a stream's first bytes, and gives the stream without its compression. Throws Refused for forms but tar and gzip. */
export const decompress = async (archive: Readable): Promise<Readable> => {
  const first: Buffer[] = [];
  const source = archive[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (let size = 0; size < 6; size += first.at(-1)?.length ?? 0) {
    const { value, done } = await source.next();
    if (done) break;
    first.push(value);
  }
  const magic = Buffer.concat(first).toString('latin1');
  const other = otherForms.find(([start]) => magic.startsWith(start));
  if (other) throw new Refused(`is ${other[1]}, and only tar and tar.gz are unpacked`);
  const inner = magic.startsWith('\x1f\x8b') ? createGunzip() : new PassThrough();
  pipeline(Readable.from(rejoined(first, source)), inner).catch((error: Error) => inner.destroy(error));
  return inner;
};

async function* rejoined(first: readonly Buffer[], source: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* { [Symbol.asyncIterator]: () => source };
}

const otherForms = [
  ['BZh', 'compressed with bzip2'],
  ['\xfd7zXZ', 'compressed with xz'],
  ['\x28\xb5\x2f\xfd', 'compressed with zstd'],
  ['PK', 'a zip archive'],
] as const;
