import type { Readable } from 'node:stream';
import type { Descriptor } from './descriptor.ts';

/**
 * Where manifests and blobs lie under one name: a repository of a registry, or an image layout in a folder. Whatever
 * moves images moves them between two of these.
 */
export interface Store {
  /** For messages: `registry.lab:5000/pause`, or the folder. */
  readonly name: string;
  /** What a tag or a digest stands for; undefined where the store has no such thing. */
  resolve(reference: string): Promise<Descriptor | undefined>;
  /** A manifest's bytes, checked against the descriptor. */
  manifest(descriptor: Descriptor): Promise<Buffer>;
  /** A blob, which fails with a DigestMismatch at its end where it is not the one described. */
  blob(descriptor: Descriptor): Promise<Readable>;
  has(descriptor: Descriptor): Promise<boolean>;
  /**
   * Keeps a blob. `open` may be called more than once, when a transfer is tried again. `mountFrom` is another repository
   * of the same registry that has it: then nothing needs to be sent.
   */
  putBlob(
    descriptor: Descriptor,
    open: () => Readable | Promise<Readable>,
    options?: { readonly mountFrom?: string },
  ): Promise<void>;
  /** Keeps a manifest, under a tag where one is given. All that it points at must be there. */
  putManifest(bytes: Uint8Array, mediaType: string, tag?: string): Promise<Descriptor>;
}
