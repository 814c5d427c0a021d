import { requireSignature } from '../../oci/cosign.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import { parseReference } from '../../oci/reference.ts';
import type { Repository } from '../../oci/registry-client.ts';
import { RegistryError } from '../../oci/registry-error.ts';
import { UserError } from '../../util/diagnostic.ts';
import { extractArchive } from '../extract.ts';
import { contentOf, tagOf } from '../role-artifact.ts';
import { fingerprintOf, publicKeyIn } from '../signing.ts';
import { type Fetched, type Offer, type Source, trustVariable, type Wanted } from '../source.ts';
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
      if (!found && integrity)
        throw refuse(
          wanted,
          `what ${what} was when it was locked is not there any more: ${integrity}`,
          `to take what is there now: k8s-bm role update ${wanted.name}`,
        );
      if (!found) throw refuse(wanted, `${wanted.src} has no ${version || 'latest'}`);
      const signedBy = await this.#signer(repository, found.descriptor.digest);
      const layer = readLayer(wanted, found.bytes, what);
      await extractArchive(await repository.blob(layer), into, { what, position: wanted.position, dropTop: true });
      return { integrity: found.descriptor.digest, ...(signedBy && { signedBy }) };
    });
  }

  signedBy(wanted: Wanted, integrity: string): Promise<string | undefined> {
    return atWish(wanted, async () => this.#signer(await this.repository(wanted.src), integrity as Digest));
  }

  async #signer(repository: Repository, digest: Digest): Promise<string | undefined> {
    if (!this.#keyFile) return undefined;
    const key = await publicKeyIn(this.#keyFile);
    try {
      await requireSignature(repository, digest, key);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const hint = `${trustVariable} wants everything from a registry signed with the key in ${this.#keyFile}`;
      throw new UserError(
        error.diagnostics.map((one) => ({ hint, ...one })),
        { cause: error },
      );
    }
    return fingerprintOf(key);
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
