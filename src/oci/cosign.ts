import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../util/diagnostic.ts';
import { type Descriptor, isIndex, type Manifest, mediaTypes, readManifest } from './descriptor.ts';
import { type Digest, digestOf } from './digest.ts';
import { emptyBlob, listReferrers, pushReferrer } from './referrers.ts';
import type { Repository } from './registry-client.ts';
import { isSigned, signDigest } from './signature.ts';
import { bundleType, isBundleSigned, isBundleType, makeBundle, signedPredicate } from './sigstore-bundle.ts';

const payloadType = 'application/vnd.dev.cosign.simplesigning.v1+json';
const annotation = 'dev.cosignproject.cosign/signature';
const referrerType = 'application/vnd.dev.cosign.artifact.sig.v1+json';

/** Bytes of a payload or a bundle; cosign's own have some hundred, and with a certificate some thousand. */
const payloadLimit = 64 * 1024;

/** Signatures of one digest that are looked at. */
const signatureLimit = 100;

/**
 * How a signature is kept: under cosign's own tag, which every version of it verifies, or as a bundle of sigstore that refers
 * to what it signs, as cosign 3 makes it. What an experiment of cosign 2 made refer to it is verified too.
 */
export type SignatureForm = 'tag' | 'bundle';

/** Where cosign keeps a digest's signatures: under a tag of the same repository. */
export const signatureTag = (digest: Digest): string => `${digest.replace(':', '-')}.sig`;

/**
 * Signs what a digest stands for, and keeps the signature beside it, where `cosign verify --key` finds it. Signatures that are
 * there stay. Signing again with the same key in the same form adds nothing.
 */
export const signManifest = async (
  repository: Repository,
  subject: Descriptor,
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  form: SignatureForm = 'tag',
): Promise<void> => {
  const { digest } = subject;
  const there = form === 'tag' ? await taggedLayers(repository, digest) : await referrerLayers(repository, digest);
  const alike = there.filter(({ mediaType }) => isBundleType(mediaType) === (form === 'bundle'));
  if (await anySigned(repository, alike, digest, publicKey)) return;
  if (form === 'bundle') {
    const bundle = makeBundle(digest, privateKey);
    const layer = { mediaType: bundleType, digest: digestOf(bundle), size: bundle.length };
    await keep(repository, layer, bundle);
    return refer(repository, subject, layer);
  }
  const { payload, signature } = signDigest(digest, repository.name, privateKey);
  const layer: Descriptor = {
    mediaType: payloadType,
    digest: digestOf(payload),
    size: payload.length,
    annotations: { [annotation]: signature },
  };
  await keep(repository, layer, payload);
  await putTagged(repository, digest, [...there, layer]);
};

/** Throws a UserError unless a digest has a signature of this key, in any of the forms. */
export const requireSignature = async (repository: Repository, digest: Digest, key: KeyObject): Promise<void> => {
  const layers = [...(await taggedLayers(repository, digest)), ...(await referrerLayers(repository, digest))];
  if (await anySigned(repository, layers, digest, key)) return;
  throw new UserError({
    severity: 'error',
    message:
      layers.length === 0
        ? `${repository.name} has no signature for ${digest}`
        : `${repository.name} has ${layers.length === 1 ? 'a signature' : `${layers.length} signatures`} for ${digest}, and none is of the key that is trusted`,
  });
};

const refer = async (
  repository: Repository,
  { mediaType, digest, size }: Descriptor,
  layer: Descriptor,
): Promise<void> => {
  await keep(repository, emptyBlob.descriptor, emptyBlob.bytes);
  await pushReferrer(repository, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: bundleType,
    config: emptyBlob.descriptor,
    layers: [layer],
    subject: { mediaType, digest, size },
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': signedPredicate,
    },
  });
};

const putTagged = async (repository: Repository, digest: Digest, layers: readonly Descriptor[]): Promise<void> => {
  const rootfs = { type: 'layers', diff_ids: layers.map((layer) => layer.digest) };
  const config = Buffer.from(JSON.stringify({ architecture: '', config: {}, os: '', rootfs }));
  const configBlob = { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length };
  await keep(repository, configBlob, config);
  const manifest: Manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: configBlob, layers };
  await repository.putManifest(Buffer.from(JSON.stringify(manifest)), mediaTypes.manifest, signatureTag(digest));
};

const taggedLayers = async (repository: Repository, digest: Digest): Promise<readonly Descriptor[]> => {
  const tagged = await repository.fetch(signatureTag(digest));
  return tagged ? layersOf(tagged.bytes) : [];
};

const referrerLayers = async (repository: Repository, digest: Digest): Promise<readonly Descriptor[]> => {
  const found: Descriptor[] = [];
  const entries = (await listReferrers(repository, digest)).filter(mayBeSignature);
  for (const { digest: referrer } of entries.slice(0, signatureLimit)) {
    // A list may be older than what it names.
    const manifest = await repository.fetch(referrer);
    if (manifest) found.push(...layersOf(manifest.bytes));
  }
  return found;
};

/** cosign itself lists its bundles by the type of their empty configuration where a registry knows no referrers. */
const mayBeSignature = ({ artifactType = mediaTypes.empty }: Descriptor): boolean =>
  [referrerType, mediaTypes.empty].includes(artifactType) || isBundleType(artifactType);

/** The layers of a manifest of signatures; none where it is something else that somebody put in its place. */
const layersOf = (bytes: Buffer): readonly Descriptor[] => {
  try {
    const manifest = readManifest(bytes, 'the signatures');
    if (isIndex(manifest)) return [];
    return manifest.layers.filter(
      ({ mediaType, annotations }) =>
        isBundleType(mediaType) || (mediaType === payloadType && annotations?.[annotation]),
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
    const signature = String(layer.annotations?.[annotation]);
    const good = isBundleType(layer.mediaType)
      ? isBundleSigned(payload, digest, key)
      : isSigned({ payload, signature }, digest, key);
    if (good) return true;
  }
  return false;
};

const keep = async (repository: Repository, descriptor: Descriptor, bytes: Buffer): Promise<void> => {
  if (!(await repository.has(descriptor))) await repository.putBlob(descriptor, () => Readable.from([bytes]));
};
