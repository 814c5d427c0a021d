import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Descriptor, type ImageConfig, type Manifest, mediaTypes, type Platform } from './descriptor.ts';
import { digestOf } from './digest.ts';
import type { Layer } from './file-blob.ts';
import type { Store } from './store.ts';

/** An image to be put together of layers. */
export interface Composition {
  readonly platform: Platform;
  /** Another image that it begins with: its layers come first, and its environment holds unless `config` has another. */
  readonly base?: { readonly store: Store; readonly manifest: Manifest; readonly repository?: string } | undefined;
  /** Layers on this machine, lowest first. */
  readonly layers: readonly (Layer & { readonly path: string })[];
  readonly config?: ImageConfig['config'] | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Docker's own default, which an image without an environment would leave its programs without. */
const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Puts an image together in a store, under a tag. The same layers and settings give the same digest: there is no time in it. */
export const composeImage = async (
  { platform, base, layers, config, annotations }: Composition,
  target: Store,
  tag: string,
): Promise<Descriptor> => {
  const below = base && (JSON.parse(await textOf(base.store, base.manifest.config)) as ImageConfig);
  for (const layer of base?.manifest.layers ?? [])
    if (!(await target.has(layer)))
      await target.putBlob(
        layer,
        () => base?.store.blob(layer) as Promise<Readable>,
        base?.repository ? { mountFrom: base.repository } : {},
      );
  for (const { descriptor, path } of layers)
    if (!(await target.has(descriptor))) await target.putBlob(descriptor, () => createReadStream(path));

  const image: ImageConfig = {
    architecture: platform.architecture,
    os: platform.os,
    config: { Env: below?.config?.Env ?? [defaultPath], ...config },
    rootfs: { type: 'layers', diff_ids: [...(below?.rootfs.diff_ids ?? []), ...layers.map(({ diffId }) => diffId)] },
    history: [...(below?.history ?? []), ...layers.map(() => ({ created_by: 'k8s-bm' }))],
  };
  const configBytes = Buffer.from(JSON.stringify(image));
  const configBlob = { mediaType: mediaTypes.config, digest: digestOf(configBytes), size: configBytes.length };
  await target.putBlob(configBlob, () => Readable.from([configBytes]));
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: configBlob,
    layers: [...(base?.manifest.layers ?? []), ...layers.map(({ descriptor }) => descriptor)],
    ...(annotations ? { annotations } : {}),
  };
  return target.putManifest(Buffer.from(JSON.stringify(manifest)), mediaTypes.manifest, tag);
};

const textOf = async (store: Store, descriptor: Descriptor): Promise<string> =>
  (await buffer(await store.blob(descriptor))).toString('utf8');
