import type { Layer } from '../layers.ts';
import type { Program } from './program.ts';

/** An image that the lab can put together. `reference` is its upstream's name, whose host the lab's registry replaces. */
export interface Image {
  readonly reference: string;
  /** Another image of the list, whose layers it begins with; without it the image begins empty. */
  readonly from?: string | undefined;
  /** A root file system's layer, over those of `from`: Debian, or packages of it. */
  readonly tree?: Layer | undefined;
  readonly files?: readonly ImageFile[] | undefined;
  /** Path in the image → where the symbolic link there points. */
  readonly links?: Readonly<Record<string, string>> | undefined;
  readonly config?: Run | undefined;
  /** Nobody publishes it: it is put together here even where the others are copied. */
  readonly ours?: boolean | undefined;
}

export interface ImageFile {
  readonly path: string;
  /** A program that is built, or one that is installed on this machine. */
  readonly source: { readonly program: Program; readonly binary: string } | { readonly installed: string };
  /** A file capability, as `setcap` gives it. */
  readonly capability?: 'net_bind_service' | undefined;
}

/** What a container of it runs unless told otherwise. */
export interface Run {
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly workingDir?: string | undefined;
}
