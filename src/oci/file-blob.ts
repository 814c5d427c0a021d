import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Descriptor, mediaTypes } from './descriptor.ts';
import type { Digest } from './digest.ts';

/** Describes a file as a blob. */
export const blobOfFile = async (path: string, mediaType: string): Promise<Descriptor> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { mediaType, digest: `sha256:${hash.digest('hex')}`, size: (await stat(path)).size };
};

/** A compressed layer, and the digest of the tar inside it, by which an image's configuration knows it. */
export interface Layer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

/**
 * Compresses a tar into a layer at `path`. The same tar gives the same layer: gzip's header has no name and no time, and
 * the level is fixed (4).
 */
export const compressLayer = async (tar: NodeJS.ReadableStream, path: string): Promise<Layer> => {
  const inner = createHash('sha256');
  const watched = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      inner.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(tar, watched, createGzip({ level: 4 }), createWriteStream(path));
  return { descriptor: await blobOfFile(path, mediaTypes.gzipLayer), diffId: `sha256:${inner.digest('hex')}` };
};
