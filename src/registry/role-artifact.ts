import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Descriptor, isIndex, type Manifest, mediaTypes, readManifest } from '../oci/descriptor.ts';
import { digestOf } from '../oci/digest.ts';
import { blobOfFile } from '../oci/file-blob.ts';
import type { Repository } from '../oci/registry-client.ts';
import { UserError } from '../util/diagnostic.ts';
import { packFolder } from './pack.ts';
import type { Kind } from './source.ts';

/** What a role's artifact says of itself in its configuration. */
export interface ArtifactConfig {
  readonly kind: Kind;
  readonly name: string;
  readonly version: string;
  /** As requirements write them: `oci://registry.example/k8s/docker@^2`. */
  readonly dependencies: readonly string[];
}

export interface Publication extends ArtifactConfig {
  readonly folder: string;
  /** `org.opencontainers.image.description` and the like. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Puts the version anew where it is there with other content. */
  readonly replace?: boolean | undefined;
}

export const artifactType = (kind: Kind): string => `application/vnd.k8s-bm.${kind}.v1`;
const configType = (kind: Kind): string => `application/vnd.k8s-bm.${kind}.config.v1+json`;
const contentType = (kind: Kind): string => `application/vnd.k8s-bm.${kind}.content.v1.tar+gzip`;

/** A tag can hold no plus sign; what follows it in a version is written behind an underscore, as Helm does. */
export const tagOf = (version: string): string => version.replace('+', '_');

/**
 * Publishes a role or collection as an artifact of image specification 1.1: one layer with its files, one configuration,
 * the version as the tag. The same files give the same digest. Throws a UserError where the version is there with other
 * content, since others have locked it.
 */
export const pushArtifact = async (repository: Repository, what: Publication): Promise<Descriptor> => {
  const { folder, kind, name, version, dependencies, annotations, replace } = what;
  const scratch = await mkdtemp(join(tmpdir(), 'k8s-bm-publish-'));
  try {
    const path = join(scratch, 'content.tar.gz');
    await pipeline(packFolder(folder), createGzip({ level: 9 }), createWriteStream(path, { mode: 0o600 }));
    const layer = await blobOfFile(path, contentType(kind));
    const configBytes = Buffer.from(JSON.stringify({ kind, name, version, dependencies } satisfies ArtifactConfig));
    const config = { mediaType: configType(kind), digest: digestOf(configBytes), size: configBytes.length };
    const titles = { 'org.opencontainers.image.title': name, 'org.opencontainers.image.version': version };
    const manifest: Manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: artifactType(kind),
      config,
      layers: [layer],
      annotations: { ...titles, ...annotations },
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    const before = await repository.resolve(tagOf(version));
    if (before && before.digest !== digestOf(bytes) && !replace)
      throw new UserError({
        severity: 'error',
        message: `${repository.name} has version ${version} already, with other content (${before.digest})`,
        hint: 'publish a new version: who has locked this one would be refused the new content',
      });
    if (!(await repository.has(layer))) await repository.putBlob(layer, () => createReadStream(path));
    if (!(await repository.has(config))) await repository.putBlob(config, () => Readable.from([configBytes]));
    return await repository.putManifest(bytes, mediaTypes.manifest, tagOf(version));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

/** An artifact's one layer. Throws an Error with a sentence where the bytes are no artifact of this kind. */
export const contentOf = (kind: Kind, bytes: Buffer, what: string): Descriptor => {
  const manifest = readManifest(bytes, what);
  const found = isIndex(manifest) ? 'an index of images' : (manifest.artifactType ?? manifest.config.mediaType);
  if (isIndex(manifest) || found !== artifactType(kind)) throw new Error(`${what} is not a ${kind}: it is ${found}`);
  const [layer, ...more] = manifest.layers;
  if (!layer || more.length > 0 || layer.mediaType !== contentType(kind))
    throw new Error(`${what} is not a ${kind}'s artifact: it must have one layer of ${contentType(kind)}`);
  return layer;
};

/** What an artifact says of itself; undefined where the repository has no such version. */
export const readArtifact = async (
  repository: Repository,
  version: string,
): Promise<{ readonly manifest: Manifest; readonly digest: string } | undefined> => {
  const found = await repository.fetch(tagOf(version));
  if (!found) return undefined;
  const manifest = readManifest(found.bytes, `${repository.name} ${version}`);
  return isIndex(manifest) ? undefined : { manifest, digest: found.descriptor.digest };
};
