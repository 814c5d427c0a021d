import { UserError } from '../util/diagnostic.ts';
import { type Descriptor, forPlatform, isIndex, type Manifest, type Platform, readManifest } from './descriptor.ts';
import type { Store } from './store.ts';

export interface CopyOptions {
  /** Only this platform's image of an index, and no index; without it everything that the reference stands for. */
  readonly platform?: Platform | undefined;
  /** The tag in the target; the same as in the source where it is none of them a digest. */
  readonly tag?: string | undefined;
  /** A repository of the target's registry that may have the same blobs. */
  readonly mountFrom?: string | undefined;
  /** Called with the bytes of each blob that is there now, sent or found. */
  readonly onBlob?: ((descriptor: Descriptor, sent: boolean) => void) | undefined;
}

/**
 * Copies what a reference stands for from one store to another, blobs first and the tag last, so that the target never
 * names what it does not have whole. What the target has already is not sent again: a copy that broke off goes on.
 */
export const copyImage = async (
  source: Store,
  reference: string,
  target: Store,
  options: CopyOptions = {},
): Promise<Descriptor> => {
  const found = await source.resolve(reference);
  if (!found) throw new UserError({ severity: 'error', message: `${source.name} has no ${reference}` });
  const chosen = options.platform ? await chosenFor(source, found, options.platform) : found;
  const tag = options.tag ?? (reference.includes(':') ? undefined : reference);
  return copyManifest(source, chosen, target, tag, options);
};

/** The manifest for a platform: what `descriptor` stands for itself, or the entry of its index. */
export const chosenFor = async (store: Store, descriptor: Descriptor, platform: Platform): Promise<Descriptor> => {
  const manifest = readManifest(await store.manifest(descriptor), `${descriptor.digest} of ${store.name}`);
  if (!isIndex(manifest)) return descriptor;
  const entry = forPlatform(manifest, platform);
  if (entry) return entry;
  const there = manifest.manifests.flatMap(({ platform: p }) => (p ? `${p.os}/${p.architecture}` : [])).join(', ');
  throw new UserError({
    severity: 'error',
    message: `${store.name} has no image for ${platform.os}/${platform.architecture}: only for ${there || 'none'}`,
  });
};

/** The manifest of an image for a platform, read. */
export const readImage = async (store: Store, reference: string, platform: Platform): Promise<Manifest | undefined> => {
  const found = await store.resolve(reference);
  if (!found) return undefined;
  const chosen = await chosenFor(store, found, platform);
  return readManifest(await store.manifest(chosen), `${reference} of ${store.name}`) as Manifest;
};

const copyManifest = async (
  source: Store,
  descriptor: Descriptor,
  target: Store,
  tag: string | undefined,
  options: CopyOptions,
): Promise<Descriptor> => {
  const bytes = await source.manifest(descriptor);
  const manifest = readManifest(bytes, `${descriptor.digest} of ${source.name}`);
  if (isIndex(manifest))
    for (const entry of manifest.manifests) await copyManifest(source, entry, target, undefined, options);
  else for (const blob of [...manifest.layers, manifest.config]) await copyBlob(source, blob, target, options);
  return target.putManifest(bytes, descriptor.mediaType, tag);
};

const copyBlob = async (source: Store, blob: Descriptor, target: Store, options: CopyOptions): Promise<void> => {
  const there = await target.has(blob);
  if (!there)
    await target.putBlob(blob, () => source.blob(blob), options.mountFrom ? { mountFrom: options.mountFrom } : {});
  options.onBlob?.(blob, !there);
};
