import { type Digest, isDigest } from './digest.ts';

/** What points at content: image specification 1.1, "OCI Content Descriptors". */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly platform?: Platform | undefined;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** One image, or one artifact: a configuration and layers. */
export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Several manifests: one per platform, or those of a layout. */
export interface Index {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The parts of an image's configuration that are made and read here. */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly created?: string | undefined;
  readonly config?:
    | {
        readonly Entrypoint?: readonly string[] | undefined;
        readonly Cmd?: readonly string[] | undefined;
        readonly Env?: readonly string[] | undefined;
        readonly User?: string | undefined;
        readonly WorkingDir?: string | undefined;
        readonly Labels?: Readonly<Record<string, string>> | undefined;
      }
    | undefined;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] };
  readonly history?: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[] | undefined;
}

export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  gzipLayer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  empty: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

/** Every form of manifest that is understood, as an Accept header wants them. */
export const manifestTypes: readonly string[] = [
  mediaTypes.manifest,
  mediaTypes.index,
  mediaTypes.dockerManifest,
  mediaTypes.dockerIndex,
];

/**
 * Reads a manifest or an index. Throws an Error with a sentence where the text is neither, or where a descriptor in it is
 * not one: digests become paths and URLs, so an odd one must not get further than here.
 */
export const readManifest = (bytes: Uint8Array, what: string): Manifest | Index => {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new Error(`${what} is not JSON`, { cause });
  }
  const found = value as Partial<Manifest & Index> | null;
  if (found?.schemaVersion !== 2)
    throw new Error(`${what} has schema version ${found?.schemaVersion ?? 'none'}: only 2 is read`);
  const pointed = found.manifests ?? [found.config, ...(found.layers ?? []), ...(found.subject ? [found.subject] : [])];
  if (!Array.isArray(pointed) || !pointed.every(isDescriptor)) throw new Error(`${what} has a descriptor that is none`);
  return found as Manifest | Index;
};

export const isIndex = (manifest: Manifest | Index): manifest is Index => 'manifests' in manifest;

/** The entry of an index for a platform: the exact variant first, then any; undefined where the index has none. */
export const forPlatform = (index: Index, { os, architecture, variant }: Platform): Descriptor | undefined => {
  const fitting = index.manifests.filter((m) => m.platform?.os === os && m.platform.architecture === architecture);
  return fitting.find((m) => m.platform?.variant === variant) ?? fitting[0];
};

/** This machine's platform in the names that images use, which are Go's. */
export const thisPlatform = (): Platform => ({
  os: 'linux',
  architecture:
    ({ x64: 'amd64', ia32: '386', ppc64: 'ppc64le' } as Record<string, string>)[process.arch] ?? process.arch,
});

const isDescriptor = (value: unknown): value is Descriptor => {
  const found = value as Partial<Descriptor> | null | undefined;
  return (
    typeof found?.mediaType === 'string' &&
    typeof found.digest === 'string' &&
    isDigest(found.digest) &&
    Number.isSafeInteger(found.size) &&
    (found.size as number) >= 0
  );
};
