import { type Descriptor, type Index, isIndex, type Manifest, mediaTypes, readManifest } from './descriptor.ts';
import { type Digest, digestOf } from './digest.ts';
import type { Repository } from './registry-client.ts';
import { RegistryError } from './registry-error.ts';

/** An index of referrers is no longer than any manifest. */
const answerLimit = 4 * 1024 * 1024;

/** Where a registry without the API keeps what refers to a digest (distribution specification 1.1, "Referrers Tag Schema"). */
export const referrersTag = (digest: Digest): string => digest.replace(':', '-');

/**
 * The manifests whose `subject` is this digest, of one type where one is given: by the API of distribution specification
 * 1.1, and by the tag that stands for it where a registry has none.
 */
export const listReferrers = async (
  repository: Repository,
  digest: Digest,
  artifactType?: string,
): Promise<readonly Descriptor[]> => {
  const asked = `what refers to ${digest} of ${repository.name}`;
  const found: Descriptor[] = [];
  const pages = new Set<string>();
  for (let url: string | URL | undefined = `/v2/${repository.repository}/referrers/${digest}`; url; ) {
    const answer = await repository.http.send({
      method: 'GET',
      url,
      asked,
      scopes: [`repository:${repository.repository}:pull`],
      headers: { accept: mediaTypes.index },
      expect: [200, 404, 405],
    });
    if (answer.status !== 200) {
      await repository.http.drop(answer);
      const tagged = await repository.fetch(referrersTag(digest));
      return ofType(tagged ? entriesOf(tagged.bytes, asked) : [], artifactType);
    }
    pages.add(answer.url.href);
    found.push(...entriesOf(await repository.http.read(answer, answerLimit, asked), asked));
    const next: string | undefined = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(answer.headers.link ?? '')?.[1];
    url = next === undefined ? undefined : new URL(next, answer.url);
    if (url && (pages.has(url.href) || pages.size > 100)) throw new RegistryError(`${asked}: the list comes to no end`);
  }
  return ofType(found, artifactType);
};

/** Keeps a manifest that has a `subject`, and sees to it that it is found by that, whatever the registry knows. */
export const pushReferrer = async (
  repository: Repository,
  manifest: Manifest & { readonly subject: Descriptor },
): Promise<Descriptor> => {
  const descriptor = await repository.putManifest(Buffer.from(JSON.stringify(manifest)), manifest.mediaType);
  const listed = await listReferrers(repository, manifest.subject.digest);
  if (listed.some(({ digest }) => digest === descriptor.digest)) return descriptor;
  const { artifactType, annotations } = manifest;
  const entry = { ...descriptor, ...(artifactType ? { artifactType } : {}), ...(annotations ? { annotations } : {}) };
  const index: Index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [...listed, entry] };
  await repository.putManifest(
    Buffer.from(JSON.stringify(index)),
    mediaTypes.index,
    referrersTag(manifest.subject.digest),
  );
  return descriptor;
};

/** The configuration of an artifact that needs none, and its bytes (image specification 1.1, "Guidance for an empty descriptor"). */
export const emptyBlob = { bytes: Buffer.from('{}'), descriptor: blobOf('{}') } as const;

function blobOf(text: string): Descriptor {
  return { mediaType: mediaTypes.empty, digest: digestOf(text), size: text.length };
}

const entriesOf = (bytes: Buffer, asked: string): readonly Descriptor[] => {
  try {
    const index = readManifest(bytes, asked);
    if (isIndex(index)) return index.manifests;
  } catch {
    // Said below: what is wrong with it is the registry's affair.
  }
  throw new RegistryError(`${asked}: the registry answered with something else`);
};

const ofType = (entries: readonly Descriptor[], artifactType: string | undefined): readonly Descriptor[] =>
  entries.filter((entry) => artifactType === undefined || entry.artifactType === artifactType);
