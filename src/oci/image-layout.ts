import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as pipe, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../util/diagnostic.ts';
import { type Descriptor, type Index, isIndex, mediaTypes, readManifest } from './descriptor.ts';
import { checkDigest, type Digest, digestOf, isDigest, verifying } from './digest.ts';
import type { Store } from './store.ts';

const nameOf = 'org.opencontainers.image.ref.name';

/**
 * Images in a folder: image specification 1.1, "Image Layout". Every file is written beside its place and renamed, so a
 * folder that was being filled when the power went is a layout still.
 */
export class ImageLayout implements Store {
  readonly name: string;

  private constructor(folder: string) {
    this.name = folder;
  }

  /** A layout in a folder that is made where it is not there. */
  static async create(folder: string): Promise<ImageLayout> {
    await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
    const layout = new ImageLayout(folder);
    if (!(await exists(join(folder, 'oci-layout'))))
      await layout.#write('oci-layout', '{"imageLayoutVersion":"1.0.0"}');
    if (!(await exists(join(folder, 'index.json')))) await layout.#writeIndex([]);
    return layout;
  }

  /** A layout that must be there; a UserError says what is wrong with the folder. */
  static async open(folder: string): Promise<ImageLayout> {
    const version = await readFile(join(folder, 'oci-layout'), 'utf8').catch(() => undefined);
    if (
      version === undefined ||
      (JSON.parse(version) as { imageLayoutVersion?: string }).imageLayoutVersion !== '1.0.0'
    )
      throw new UserError({ severity: 'error', message: `${folder} is not an OCI image layout of version 1.0.0` });
    return new ImageLayout(folder);
  }

  /** What the layout holds by name: one descriptor per tag. */
  async entries(): Promise<readonly Descriptor[]> {
    const bytes = await readFile(join(this.name, 'index.json'));
    return (readManifest(bytes, join(this.name, 'index.json')) as Index).manifests;
  }

  async resolve(reference: string): Promise<Descriptor | undefined> {
    const entries = await this.entries();
    const named = entries.find((entry) =>
      isDigest(reference) ? entry.digest === reference : entry.annotations?.[nameOf] === reference,
    );
    if (named || !isDigest(reference)) return named;
    const bytes = await readFile(this.#blobPath(reference)).catch(() => undefined);
    return bytes && { mediaType: readManifest(bytes, reference).mediaType, digest: reference, size: bytes.length };
  }

  async manifest(descriptor: Descriptor): Promise<Buffer> {
    const bytes = await readFile(this.#blobPath(descriptor.digest));
    checkDigest(bytes, descriptor.digest, `the manifest in ${this.name}`);
    return bytes;
  }

  async blob(descriptor: Descriptor): Promise<Readable> {
    return pipe(createReadStream(this.#blobPath(descriptor.digest)), verifying(descriptor, this.name), () => {});
  }

  async has(descriptor: Descriptor): Promise<boolean> {
    const found = await stat(this.#blobPath(descriptor.digest)).catch(() => undefined);
    return found?.size === descriptor.size;
  }

  async putBlob(descriptor: Descriptor, open: () => Readable | Promise<Readable>): Promise<void> {
    if (await this.has(descriptor)) return;
    const path = this.#blobPath(descriptor.digest);
    const beside = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await pipeline(await open(), verifying(descriptor, this.name), createWriteStream(beside));
      await rename(beside, path);
    } finally {
      await rm(beside, { force: true });
    }
  }

  async putManifest(bytes: Uint8Array, mediaType: string, tag?: string): Promise<Descriptor> {
    const { artifactType } = readManifest(bytes, 'the manifest');
    const descriptor: Descriptor = {
      mediaType,
      digest: digestOf(bytes),
      size: bytes.length,
      ...(artifactType ? { artifactType } : {}),
    };
    await this.#write(join('blobs', 'sha256', descriptor.digest.slice('sha256:'.length)), bytes);
    if (tag !== undefined) {
      const others = (await this.entries()).filter((entry) => entry.annotations?.[nameOf] !== tag);
      await this.#writeIndex([...others, { ...descriptor, annotations: { [nameOf]: tag } }]);
    }
    return descriptor;
  }

  /** Everything that a manifest needs, blobs first: the order in which it can be given to others. */
  async reachable(descriptor: Descriptor): Promise<Descriptor[]> {
    const manifest = readManifest(await this.manifest(descriptor), descriptor.digest);
    if (!isIndex(manifest)) return [manifest.config, ...manifest.layers, descriptor];
    return [...(await Promise.all(manifest.manifests.map((entry) => this.reachable(entry)))).flat(), descriptor];
  }

  #blobPath(digest: Digest): string {
    if (!isDigest(digest)) throw new Error(`${digest} is not a digest`);
    return join(this.name, 'blobs', ...digest.split(':'));
  }

  async #writeIndex(manifests: readonly Descriptor[]): Promise<void> {
    const index: Index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
    await this.#write('index.json', JSON.stringify(index));
  }

  async #write(path: string, content: string | Uint8Array): Promise<void> {
    const beside = join(this.name, `${path}.${randomBytes(6).toString('hex')}`);
    await writeFile(beside, content);
    await rename(beside, join(this.name, path));
  }
}

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
