import { requireSignature } from '../../oci/cosign.ts';
import { isDigest } from '../../oci/digest.ts';
import { parseReference } from '../../oci/reference.ts';
import type { Repository } from '../../oci/registry-client.ts';
import { RegistryError } from '../../oci/registry-error.ts';
import { extractArchive } from '../extract.ts';
import { contentOf, tagOf } from '../role-artifact.ts';
import { publicKeyIn } from '../signing.ts';
import type { Fetched, Offer, Source, Wanted } from '../source.ts';
import { semverOf } from '../version.ts';
import { atWish, refuse } from './at-wish.ts';
import type { Network } from './network.ts';

/** Roles and collections as artifacts in a registry of the distribution specification 1.1: `oci://host/path`, tags as versions. */
export class OciSource implements Source {
  readonly kind = 'oci';
  readonly #network: Network;
  readonly #keyFile: string | undefined;

  /** `keyFile` is the public key that everything must be signed with, where one is wanted. */
  constructor(network: Network, keyFile?: string) {
    this.#network = network;
    this.#keyFile = keyFile;
  }

  versions(wanted: Wanted): Promise<readonly Offer[]> {
    return atWish(wanted, async () => {
      const tags = await (await this.repository(wanted.src)).tags();
      // Signatures and what else belongs to a digest are kept under such tags where a registry knows no referrers.
      return tags.filter((tag) => !/^sha256-/.test(tag)).map((tag) => ({ version: tag, semver: semverOf(tag) }));
    });
  }

  fetch(wanted: Wanted, { version, integrity }: Offer, into: string): Promise<Fetched> {
    return atWish(wanted, async () => {
      const repository = await this.repository(wanted.src);
      const what = `${wanted.src} ${integrity && !version ? integrity : version || 'latest'}`;
      const reference = integrity ?? (isDigest(version) ? version : tagOf(version || 'latest'));
      const found = await repository.fetch(reference);
      if (!found)
        throw refuse(wanted, `${wanted.src} has no ${integrity ? `${what} with ${integrity}` : version || 'latest'}`);
      if (this.#keyFile) await requireSignature(repository, found.descriptor.digest, await publicKeyIn(this.#keyFile));
      const layer = readLayer(wanted, found.bytes, what);
      await extractArchive(await repository.blob(layer), into, { what, position: wanted.position, dropTop: true });
      return { integrity: found.descriptor.digest };
    });
  }

  /** The repository of `oci://host/path`. Throws a UserError for what is none. */
  async repository(src: string): Promise<Repository> {
    const { registry, repository } = parseReference(src.replace(/^oci:\/\//, ''));
    return (await this.#network.registry(registry)).repository(repository);
  }
}

const readLayer = (wanted: Wanted, bytes: Buffer, what: string) => {
  try {
    return contentOf(wanted.kind, bytes, what);
  } catch (error) {
    throw error instanceof RegistryError ? error : refuse(wanted, (error as Error).message);
  }
};
