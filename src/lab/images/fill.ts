import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { copyImage } from '../../oci/copy.ts';
import { thisPlatform } from '../../oci/descriptor.ts';
import { parseReference, versionOf } from '../../oci/reference.ts';
import { RegistryClient } from '../../oci/registry-client.ts';
import { UserError } from '../../util/diagnostic.ts';
import { withLock } from '../lock.ts';
import { withLoopbackRegistry } from '../registry/loopback.ts';
import { fetchServed, isServed, type ServedFile, serveBuilt, servedFiles } from './binaries.ts';
import { type Catalogue, catalogue } from './catalogue.ts';
import type { Image } from './image.ts';
import { buildImage, isThere, placeOf } from './image-build.ts';
import { type Program, programKey } from './program.ts';
import { buildProgram, isBuilt } from './program-cache.ts';

export interface FillOptions {
  /** The lab's cache: `registry/` has the images, `binaries/` what is served over HTTP. */
  readonly cache: string;
  /** Versions of Kubernetes: `v1.36.3`. */
  readonly kubernetes: readonly string[];
  /** `auto` copies where public registries answer, and builds where they don't. */
  readonly how?: 'auto' | 'copy' | 'build' | undefined;
  readonly onProgress: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** What to fill it with, in the place of the whole catalogue of those versions. */
  readonly wanted?: Catalogue | undefined;
  /** How an upstream registry is reached; tests put one of their own here. */
  readonly upstream?: ((registry: string) => RegistryClient) | undefined;
}

export const registryStorage = (cache: string): string => join(cache, 'registry');

/**
 * Fills the lab's registry and its folder of binaries with what is missing: nothing is made twice, what broke off goes on,
 * and of two at once the second waits for the first and finds its work done.
 */
export const fillImages = (options: FillOptions): Promise<void> =>
  withLock(join(options.cache, 'images.lock'), () => fill(options), {
    onWait: () => options.onProgress('Another run is filling the registry: waiting for it.'),
    signal: options.signal,
  });

const fill = async (options: FillOptions): Promise<void> => {
  const wanted = options.wanted ?? catalogue(options.kubernetes);
  await withLoopbackRegistry(registryStorage(options.cache), async (registry) => {
    const missing = await whatIsMissing(wanted, registry, options.cache);
    if (missing.images.length === 0 && missing.files.length === 0)
      return options.onProgress(`All ${wanted.images.length} images are there.`);
    const copies = await shallCopy(options);
    const toBuild = copies ? missing.images.filter(({ ours }) => ours) : missing.images;
    const programs = await unbuilt(programsOf(toBuild, copies ? [] : missing.files), options.cache);
    announce(missing.images, programs, copies, options);

    // The longest first: what cannot be built is known soonest, and the short ones are tried again at little cost.
    for (const program of programs)
      await timed(programKey(program), options, () => buildProgram(options.cache, program, options.signal));
    for (const file of missing.files)
      await (copies
        ? timed(file.upstream, options, () => fetchServed(options.cache, file, options.signal))
        : serveBuilt(options.cache, file));
    const build = async (image: Image): Promise<void> => {
      for (const program of programsOf([image], [])) await buildProgram(options.cache, program, options.signal);
      await buildImage(image, { ...options, registry, images: wanted.images });
    };
    for (const image of missing.images)
      await timed(image.reference, options, () =>
        toBuild.includes(image) ? build(image) : copyOr(build, image, registry, options),
      );
  });
};

const whatIsMissing = async (wanted: Catalogue, registry: RegistryClient, cache: string) => {
  const images: Image[] = [];
  for (const image of wanted.images) if (!(await isThere(registry, image, wanted.images))) images.push(image);
  const files: ServedFile[] = [];
  for (const file of servedFiles(wanted.programs)) if (!(await isServed(cache, file))) files.push(file);
  return { images, files };
};

const shallCopy = async ({ how = 'auto', onProgress, upstream = publicRegistry }: FillOptions): Promise<boolean> => {
  if (how === 'build') return false;
  const client = upstream('registry.k8s.io');
  try {
    await client.ping();
    return true;
  } catch (error) {
    if (how === 'copy') throw error;
    onProgress('Public registries do not answer here: the images are built from Go modules and Debian packages.');
    return false;
  } finally {
    await client.close();
  }
};

const publicRegistry = (registry: string): RegistryClient =>
  new RegistryClient(registry, { retries: 2, connectTimeout: 3000 });

const copy = async (
  image: Image,
  registry: RegistryClient,
  { upstream = publicRegistry }: FillOptions,
): Promise<void> => {
  const reference = parseReference(image.reference);
  const source = upstream(reference.registry);
  const { repository, tag } = placeOf(image);
  try {
    const options = { platform: thisPlatform(), tag };
    await copyImage(
      source.repository(reference.repository),
      versionOf(reference),
      registry.repository(repository),
      options,
    );
  } finally {
    await source.close();
  }
};

/** Copies an image; one that its registry does not give (a version that was never published there) is built, unless told not to. */
const copyOr = async (
  build: (image: Image) => Promise<void>,
  image: Image,
  registry: RegistryClient,
  options: FillOptions,
): Promise<void> => {
  try {
    await copy(image, registry, options);
  } catch (error) {
    if (options.how === 'copy' || !(error instanceof UserError)) throw error;
    options.onProgress(`${error.message}: building it instead.`);
    await build(image);
  }
};

const programsOf = (images: readonly Image[], files: readonly ServedFile[]): Program[] => {
  const all = [
    ...images
      .flatMap((image) => image.files ?? [])
      .flatMap(({ source }) => ('program' in source ? [source.program] : [])),
    ...files.map(({ program }) => program),
  ];
  return [...new Map(all.map((program) => [programKey(program), program])).values()];
};

const unbuilt = async (programs: readonly Program[], cache: string): Promise<Program[]> => {
  const built = await Promise.all(programs.map((program) => isBuilt(cache, program)));
  return programs.filter((_, at) => !built[at]).sort((a, b) => b.seconds - a.seconds);
};

const announce = (
  images: readonly Image[],
  programs: readonly Program[],
  copies: boolean,
  { onProgress, cache }: FillOptions,
) => {
  // Go compiles on all cores; the times are of two.
  const building = programs.reduce((sum, { seconds }) => sum + seconds, 0) * (2 / Math.min(availableParallelism(), 16));
  const packing = images.length * 3 + images.filter(({ tree }) => tree).length * 30;
  const minutes = Math.max(1, Math.round((building + packing) / 60));
  onProgress(
    `${images.length} images are missing: ${copies ? 'copying them from public registries' : 'building them'}, ` +
      `${copies ? 'as fast as the line allows' : `about ${minutes} min if this machine has nothing else to do`}. ` +
      `This happens once; they are kept in ${cache}.`,
  );
};

const timed = async (what: string, { onProgress, signal }: FillOptions, work: () => Promise<void>): Promise<void> => {
  signal?.throwIfAborted();
  const started = Date.now();
  onProgress(`${what} …`);
  await work();
  onProgress(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
};

/** Throws a UserError for a version that is none; one that is not on the lab's list may still be built. */
export const checkKubernetesVersion = (text: string): string => {
  const version = text.startsWith('v') ? text : `v${text}`;
  if (/^v1\.\d+\.\d+$/.test(version)) return version;
  throw new UserError({
    severity: 'error',
    message: `${text} is not a version of Kubernetes`,
    hint: 'one looks like v1.36.3',
  });
};
