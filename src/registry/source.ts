import type { Position } from '../util/position.ts';

/** The variable that names the public key (cosign.pub) without whose signature nothing of a registry is taken. */
export const trustVariable = 'K8S_BM_COSIGN_KEY';

/** In the order in which a requirement's `src` is tried for a form; `galaxy` is what has no other form. */
export type SourceKind = 'oci' | 'git' | 'galaxy' | 'archive' | 'folder';

/** What is shared: a role, or a collection of roles. */
export type Kind = 'role' | 'collection';

/** One thing that somebody asks for, its `src` taken apart into what its source understands. */
export interface Wanted {
  readonly kind: Kind;
  /** What it is called once installed: a role's folder (`docker`, `geerlingguy.docker`) or `namespace.name`. */
  readonly name: string;
  readonly source: SourceKind;
  /**
   * Where it is: `oci://host/path` without a tag; a git URL as git takes it (no `git+`, no fragment); on Galaxy
   * `owner.role` or `namespace.collection`; the URL or absolute path of an archive; the absolute path of a folder.
   * Never holds a password: those are in `credentials`.
   */
  readonly src: string;
  /** The folder in a git repository or archive in which it lies, where that is not the top: relative, without `..`. */
  readonly subfolder?: string | undefined;
  /** The Galaxy server that its requirement names, a URL. */
  readonly server?: string | undefined;
  /** A name and a password that a URL carried, to be sent to that URL's host and written nowhere. */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  /** The version or range as written: `^1.2`, `1.4.0`, `main`, a commit. Undefined is: the newest. */
  readonly version?: string | undefined;
  /** Where the wish is written, for messages. */
  readonly position: Position;
}

/** One version that can be had. */
export interface Offer {
  /** As it is named at the source: `v1.2.0`, `main`; empty where the source has one state and no name for it. */
  readonly version: string;
  /** The semantic version in it (`1.2.0`); null where it is none, so that no range takes it. */
  readonly semver: string | null;
  /**
   * What `fetch` must tell, where that is known beforehand: from a list of the source, or from a lock. Then nothing
   * else may be brought, and a source that can asks for just this (an OCI digest, a commit).
   */
  readonly integrity?: string | undefined;
}

export interface Fetched {
  /** `sha256:…` of the artifact (OCI: of the manifest; folder: of its content); for git the commit in full. */
  readonly integrity: string;
  /** The fingerprint of the key that was found to have signed it, where the source was opened with one. */
  readonly signedBy?: string | undefined;
}

/** One place that roles or collections come from. One file per kind in `sources/`, listed in `sources/sources.ts`. */
export interface Source {
  readonly kind: SourceKind;
  /**
   * All versions on offer, as they are named there; [] where a source has just one state (folder, archive). A branch or a
   * commit need not be among them: a `version` that is no range and no offer is asked of `fetch` as it stands.
   */
  versions(wanted: Wanted): Promise<readonly Offer[]>;
  /**
   * Brings one into the empty folder `into` (only regular files, folders and links that stay inside; `into` is the role
   * or collection itself, without a folder of the archive around it), and tells its integrity. Streams, checks while
   * streaming; throws a UserError at `wanted.position`, and then nothing is left in `into`.
   */
  fetch(wanted: Wanted, offer: Offer, into: string): Promise<Fetched>;
  /**
   * The fingerprint of the trusted key, which was found to have signed what has this integrity. Throws a UserError where it
   * has not. Only sources that keep signatures have it.
   */
  signedBy?(wanted: Wanted, integrity: string): Promise<string | undefined>;
}

/** What `sources/sources.ts` opens: `openSources(options)`. */
export interface Sources {
  readonly of: Readonly<Record<SourceKind, Source>>;
  /** Ends connections, so that the process can end. */
  close(): Promise<void>;
}

/** What sources need of the world. */
export interface SourceOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The home folder, for Docker's config.json. */
  readonly home: string;
  readonly signal?: AbortSignal | undefined;
}
