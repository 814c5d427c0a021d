import { trustVariable } from '../signing.ts';
import type { SourceOptions, Sources } from '../source.ts';
import { ArchiveSource } from './archive.ts';
import { FolderSource } from './folder.ts';
import { GalaxySource } from './galaxy.ts';
import { GitSource } from './git.ts';
import { Network } from './network.ts';
import { OciSource } from './oci.ts';

export interface OpenSources extends Sources {
  /** The registries behind `oci://`, for who publishes, searches or logs in. */
  readonly network: Network;
}

/** All places that roles and collections come from. `close` ends their connections. */
export const openSources = (options: SourceOptions): OpenSources => {
  const network = new Network(options);
  return {
    network,
    of: {
      oci: new OciSource(network, options.environment[trustVariable] || undefined),
      git: new GitSource(options),
      galaxy: new GalaxySource(network, options),
      archive: new ArchiveSource(network),
      folder: new FolderSource(),
    },
    close: () => network.close(),
  };
};
