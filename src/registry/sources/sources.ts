import { type Source, type SourceKind, type SourceOptions, type Sources, trustVariable } from '../source.ts';
import { Network } from './network.ts';

export interface OpenSources extends Sources {
  /** The registries behind `oci://`, for who publishes, searches or logs in. */
  readonly network: Network;
}

/** All places that roles and collections come from, each loaded when it is asked. `close` ends their connections. */
export const openSources = (options: SourceOptions): OpenSources => {
  const network = new Network(options);
  const keyFile = options.environment[trustVariable] || undefined;
  return {
    network,
    of: {
      oci: lazy('oci', async () => new (await import('./oci.ts')).OciSource(network, keyFile)),
      git: lazy('git', async () => new (await import('./git.ts')).GitSource(options)),
      galaxy: lazy('galaxy', async () => new (await import('./galaxy.ts')).GalaxySource(network, options)),
      archive: lazy('archive', async () => new (await import('./archive.ts')).ArchiveSource(network)),
      folder: lazy('folder', async () => new (await import('./folder.ts')).FolderSource()),
    },
    close: () => network.close(),
  };
};

const lazy = (kind: SourceKind, load: () => Promise<Source>): Source => {
  let loaded: Promise<Source> | undefined;
  const source = (): Promise<Source> => {
    loaded ??= load();
    return loaded;
  };
  return {
    kind,
    versions: async (wanted) => (await source()).versions(wanted),
    fetch: async (wanted, offer, into) => (await source()).fetch(wanted, offer, into),
    signedBy: async (wanted, integrity) => (await source()).signedBy?.(wanted, integrity),
  };
};
