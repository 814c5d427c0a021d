/** A Go program, or several of one module, built from the module proxy. What a version is built of is data: `programs.ts`. */
export interface GoProgram {
  readonly kind: 'go';
  /** Names the folder of the cache and the log. */
  readonly name: string;
  readonly version: string;
  /** Modules that are required, the first of them the main one; the others where one program is spread over several. */
  readonly modules: readonly { readonly path: string; readonly version: string }[];
  /** Binary → package. */
  readonly binaries: Readonly<Record<string, string>>;
  /** `-X` variables, written without the `-X`. */
  readonly variables?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** With C, linked statically. */
  readonly cgo?: boolean | undefined;
  readonly replaces?: Replaces | undefined;
  /** Requirements that hold besides those of the modules, since a replaced module brings in others. */
  readonly requires?: readonly { readonly path: string; readonly version: string }[] | undefined;
  /** Seconds on two cores with nothing in Go's own caches, for the estimate. */
  readonly seconds: number;
}

/** What goes into our go.mod's replace lines: Go heeds only those of the main module, which here is ours. */
export interface Replaces {
  /** The main module's own replace lines that name a version. */
  readonly own?: boolean | undefined;
  /** The version for modules that the main one requires at v0.0.0, because its repository holds them beside it. */
  readonly unpublished?: string | undefined;
  /** Further lines: module → version. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
}

/** A single C file out of a Go module's folder, compiled statically. */
export interface CProgram {
  readonly kind: 'c';
  readonly name: string;
  readonly version: string;
  readonly module: { readonly path: string; readonly version: string };
  /** The file in the module. */
  readonly source: string;
  readonly binary: string;
  readonly seconds: number;
}

export type Program = GoProgram | CProgram;

/** `kubernetes/v1.36.3`: the key of the cache, a folder. */
export const programKey = ({ name, version }: Program): string => `${name}/${version}`;
