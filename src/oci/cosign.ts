import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../util/diagnostic.ts';
import { type Descriptor, isIndex, type Manifest, mediaTypes, readManifest } from './descriptor.ts';
import { type Digest, digestOf } from './digest.ts';
import { emptyBlob, listReferrers, pushReferrer } from './referrers.ts';
import type { Repository } from './registry-client.ts';
import { isSigned, type Signature, signDigest } from './signature.ts';

const payloadType = 'application/vnd.dev.cosign.simplesigning.v1+json';
const annotation = 'dev.cosignproject.cosign/signature';
const referrerType = 'application/vnd.dev.cosign.artifact.sig.v1+json';

/** Bytes of a payload; cosign's own have some hundred. */
const payloadLimit = 64 * 1024;

/** Signatures of one digest that are looked at. */
const signatureLimit = 100;

/** Where cosign keeps a digest's signatures: under a tag of the same repository. */
export const signatureTag = (digest: Digest): string => `${digest.replace(':', '-')}.sig`;

/**
 * Signs what a digest stands for, and keeps the signature beside it, where `cosign verify --key` finds it: under the tag, or
 * as a referrer. Signatures that are there stay. Signing again with the same key adds nothing.
 */
export const signManifest = async (
  repository: Repository,
  subject: Descriptor,
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  as: 'tag' | 'referrer' = 'tag',
): Promise<void> => {
  const before = await repository.fetch(signatureTag(subject.digest));
  const layers = before ? layersOf(before.bytes) : [];
  const there = as === 'tag' ? layers : await referrerLayers(repository, subject.digest);
  if (await anySigned(repository, there, subject.digest, publicKey)) return;

  const { payload, signature } = signDigest(subject.digest, repository.name, privateKey);
  const layer: Descriptor = {
    mediaType: payloadType,
    digest: digestOf(payload),
    size: payload.length,
    annotations: { [annotation]: signature },
  };
  await keep(repository, layer, payload);
  if (as === 'referrer') {
    await keep(repository, emptyBlob.descriptor, emptyBlob.bytes);
    const base = { schemaVersion: 2, mediaType: mediaTypes.manifest, artifactType: referrerType } as const;
    const { mediaType, digest, size } = subject;
    await pushReferrer(repository, {
      ...base,
      config: emptyBlob.descriptor,
      layers: [layer],
      subject: { mediaType, digest, size },
    });
    return;
  }
  const all = [...layers, layer];
  const config = Buffer.from(
    JSON.stringify({
      architecture: '',
      config: {},
      os: '',
      rootfs: { type: 'layers', diff_ids: all.map(({ digest }) => digest) },
    }),
  );
  const configBlob = { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length };
  await keep(repository, configBlob, config);
  const manifest: Manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: configBlob, layers: all };
  await repository.putManifest(
    Buffer.from(JSON.stringify(manifest)),
    mediaTypes.manifest,
    signatureTag(subject.digest),
  );
};

/** Throws a UserError unless a digest has a signature of this key, under cosign's tag or as a referrer. */
export const requireSignature = async (repository: Repository, digest: Digest, key: KeyObject): Promise<void> => {
  const tagged = await repository.fetch(signatureTag(digest));
  const layers = [...(tagged ? layersOf(tagged.bytes) : []), ...(await referrerLayers(repository, digest))];
  if (await anySigned(repository, layers, digest, key)) return;
  throw new UserError({
    severity: 'error',
    message:
      layers.length === 0
        ? `${repository.name} has no signature for ${digest}`
        : `${repository.name} has ${layers.length === 1 ? 'a signature' : `${layers.length} signatures`} for ${digest}, and none is of the key that is trusted`,
  });
};

const referrerLayers = async (repository: Repository, digest: Digest): Promise<readonly Descriptor[]> => {
  const found: Descriptor[] = [];
  for (const entry of (await listReferrers(repository, digest, referrerType)).slice(0, signatureLimit))
    found.push(...layersOf(await repository.manifest(entry)));
  return found;
};

/** The layers of a manifest of signatures; none where it is something else that somebody put in its place. */
const layersOf = (bytes: Buffer): readonly Descriptor[] => {
  try {
    const manifest = readManifest(bytes, 'the signatures');
    if (isIndex(manifest)) return [];
    return manifest.layers.filter(
      ({ mediaType, annotations }) => mediaType === payloadType && annotations?.[annotation],
    );
  } catch {
    return [];
  }
};

const anySigned = async (
  repository: Repository,
  layers: readonly Descriptor[],
  digest: Digest,
  key: KeyObject,
): Promise<boolean> => {
  for (const layer of layers.slice(0, signatureLimit)) {
    if (layer.size > payloadLimit) continue;
    const payload = await buffer(await repository.blob(layer));
    const signature: Signature = { payload, signature: String(layer.annotations?.[annotation]) };
    if (isSigned(signature, digest, key)) return true;
  }
  return false;
};

const keep = async (repository: Repository, descriptor: Descriptor, bytes: Buffer): Promise<void> => {
  if (!(await repository.has(descriptor))) await repository.putBlob(descriptor, () => Readable.from([bytes]));
};
