import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { UserError } from '../util/diagnostic.ts';
import { type Descriptor, type ImageConfig, type Manifest, mediaTypes, readManifest } from './descriptor.ts';
import { digestOf } from './digest.ts';
import { blobOfFile } from './file-blob.ts';
import type { Store } from './store.ts';

/** An image to be put into an archive: its manifest, and the names that `docker load` gives it. */
export interface ArchivedImage {
  readonly manifest: Descriptor;
  readonly tags: readonly string[];
}

interface ArchiveEntry {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

/**
 * The stream that `docker load` reads (image specification of Docker 1.2: `manifest.json`, configurations, layers).
 * Layers go as they are, compressed or not: the engine looks at their first bytes.
 */
export const writeDockerArchive = (store: Store, images: readonly ArchivedImage[]): Readable => {
  const archive = pack();
  const write = async (): Promise<void> => {
    const entries: ArchiveEntry[] = [];
    const written = new Set<string>();
    for (const { manifest: descriptor, tags } of images) {
      const manifest = readManifest(await store.manifest(descriptor), descriptor.digest) as Manifest;
      for (const blob of [manifest.config, ...manifest.layers]) {
        if (written.has(blob.digest)) continue;
        written.add(blob.digest);
        await pipeline(await store.blob(blob), archive.entry({ ...fixed, name: pathOf(blob), size: blob.size }));
      }
      entries.push({ Config: pathOf(manifest.config), RepoTags: tags, Layers: manifest.layers.map(pathOf) });
    }
    archive.entry({ ...fixed, name: 'manifest.json' }, JSON.stringify(entries));
    archive.finalize();
  };
  write().catch((error: unknown) => archive.destroy(error as Error));
  return archive as unknown as Readable;
};

/** Reads what `docker save` wrote into a store, under the tags that the archive names; layers are kept as they are. */
export const readDockerArchive = async (archive: Readable, store: Store): Promise<ArchivedImage[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'k8s-bm-archive-'));
  try {
    const files = await unpack(archive, folder);
    const list = files.get('manifest.json');
    if (!list) throw new UserError({ severity: 'error', message: 'this is not an archive that docker save wrote' });
    const entries = JSON.parse(await readFile(list, 'utf8')) as ArchiveEntry[];
    const images: ArchivedImage[] = [];
    for (const entry of entries) images.push(await keep(entry, files, store));
    return images;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const keep = async (entry: ArchiveEntry, files: ReadonlyMap<string, string>, store: Store): Promise<ArchivedImage> => {
  const file = (name: string): string => {
    const path = files.get(name);
    if (!path) throw new UserError({ severity: 'error', message: `the archive names ${name} and does not have it` });
    return path;
  };
  const configBytes = await readFile(file(entry.Config));
  const { rootfs } = JSON.parse(configBytes.toString('utf8')) as ImageConfig;
  const layers: Descriptor[] = [];
  for (const [index, name] of entry.Layers.entries()) {
    const found = await blobOfFile(file(name), mediaTypes.layer);
    // A layer that is its own diff ID is a plain tar; any other was compressed.
    const mediaType = found.digest === rootfs.diff_ids[index] ? mediaTypes.layer : mediaTypes.gzipLayer;
    await store.putBlob(found, () => createReadStream(file(name)));
    layers.push({ ...found, mediaType });
  }
  const config = { mediaType: mediaTypes.config, digest: digestOf(configBytes), size: configBytes.length };
  await store.putBlob(config, () => createReadStream(file(entry.Config)));
  const manifest: Manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const tags = entry.RepoTags ?? [];
  let descriptor = await store.putManifest(bytes, mediaTypes.manifest);
  for (const tag of tags) descriptor = await store.putManifest(bytes, mediaTypes.manifest, tag);
  return { manifest: { mediaType: mediaTypes.manifest, digest: descriptor.digest, size: bytes.length }, tags };
};

/** Files of the archive by their names there; on disk they have numbers, so no name can lead out of the folder. */
const unpack = async (archive: Readable, folder: string): Promise<Map<string, string>> => {
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  const reader = extract();
  archive.on('error', (error) => reader.destroy(error));
  archive.pipe(reader);
  for await (const entry of reader) {
    const { name, type, linkname } = entry.header;
    if (type === 'file') {
      const path = join(folder, String(files.size));
      await pipeline(entry, createWriteStream(path));
      files.set(name, path);
    } else {
      // Old engines wrote a repeated layer as a link to its first place.
      if ((type === 'symlink' || type === 'link') && linkname) links.set(name, join(name, '..', linkname));
      entry.resume();
    }
  }
  for (const [name, target] of links) {
    const path = files.get(target);
    if (path) files.set(name, path);
  }
  return files;
};

const fixed = { mtime: new Date(0), mode: 0o644, uid: 0, gid: 0 } as const;

const pathOf = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`;
