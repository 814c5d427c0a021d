import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { composeImage } from '../../oci/compose.ts';
import { readImage } from '../../oci/copy.ts';
import { thisPlatform } from '../../oci/descriptor.ts';
import type { Layer } from '../../oci/file-blob.ts';
import { mirrored, parseReference } from '../../oci/reference.ts';
import type { RegistryClient } from '../../oci/registry-client.ts';
import { UserError } from '../../util/diagnostic.ts';
import type { Layer as Tree } from '../layers.ts';
import { rootfs } from '../rootfs.ts';
import type { Image, ImageFile } from './image.ts';
import { layerOfFiles, layerOfTree } from './layer.ts';
import { binaryPath, recipeOf } from './program-cache.ts';

const recipeNote = 'lab.k8s-bm.recipe';

/** The repository and tag of an image in the lab's registry: the upstream's whole name, or its own where it has none. */
export const placeOf = ({ reference, ours }: Image): { readonly repository: string; readonly tag: string } => {
  const parsed = parseReference(reference);
  const { repository } = ours ? parsed : mirrored(parsed, 'mirror');
  return { repository, tag: parsed.tag as string };
};

/** Whether the registry has an image: copied, or put together by today's recipe. */
export const isThere = async (registry: RegistryClient, image: Image, all: readonly Image[]): Promise<boolean> => {
  const { repository, tag } = placeOf(image);
  const found = await readImage(registry.repository(repository), tag, thisPlatform());
  const recipe = found?.annotations?.[recipeNote];
  return found !== undefined && (recipe === undefined || recipe === imageRecipe(image, all));
};

export interface ImageBuild {
  readonly cache: string;
  readonly registry: RegistryClient;
  /** The list that `image.from` is found in. */
  readonly images: readonly Image[];
  readonly onProgress: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Puts an image together and into the registry. Its programs must have been built, and the image that it is made from. */
export const buildImage = async (image: Image, build: ImageBuild): Promise<void> => {
  const { cache, registry, images } = build;
  const work = join(cache, 'work', `image-${createHash('sha256').update(image.reference).digest('hex').slice(0, 12)}`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    const layers: (Layer & { path: string })[] = [];
    // All of its trees, also those of `from`: what was copied under that name is another Debian than the one beneath them.
    const trees = image.tree ? await rootfs(treesOf(image, images), build) : [];
    for (const [at, folder] of [...trees].reverse().entries()) {
      const path = join(work, `tree-${at}.tar.gz`);
      layers.push({ ...(await layerOfTree(folder, work, path)), path });
    }
    if (image.files) {
      const path = join(work, 'files.tar.gz');
      const files = await Promise.all(
        image.files.map(async (file) => ({ ...file, from: await sourceOf(file, cache) })),
      );
      layers.push({ ...(await layerOfFiles(files, image.links ?? {}, work, path)), path });
    }
    const { repository, tag } = placeOf(image);
    const { entrypoint, cmd, user, workingDir } = image.config ?? {};
    await composeImage(
      {
        platform: thisPlatform(),
        base: image.tree ? undefined : await baseOf(image, build),
        layers,
        config: {
          ...(entrypoint ? { Entrypoint: entrypoint } : {}),
          ...(cmd ? { Cmd: cmd } : {}),
          ...(user ? { User: user } : {}),
          ...(workingDir ? { WorkingDir: workingDir } : {}),
        },
        annotations: { [recipeNote]: imageRecipe(image, images) },
      },
      registry.repository(repository),
      tag,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

const baseOf = async ({ from, reference }: Image, { registry, images }: ImageBuild) => {
  if (!from) return undefined;
  const { repository, tag } = placeOf(named(from, images));
  const store = registry.repository(repository);
  const manifest = await readImage(store, tag, thisPlatform());
  if (!manifest) throw new Error(`${reference} is made from ${from}, which the registry lacks`);
  return { store, manifest, repository };
};

/** The layers of the root file systems beneath an image, lowest first: `rootfs` builds one over the other. */
const treesOf = (image: Image, images: readonly Image[]): Tree[] => [
  ...(image.from ? treesOf(named(image.from, images), images) : []),
  ...(image.tree ? [image.tree] : []),
];

const sourceOf = async ({ source }: ImageFile, cache: string): Promise<string> => {
  if ('program' in source) return binaryPath(cache, source.program, source.binary);
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/bin', '/usr/bin', '/usr/sbin']) {
    try {
      accessSync(join(folder, source.installed), constants.X_OK);
      return join(folder, source.installed);
    } catch {}
  }
  throw new UserError({
    severity: 'error',
    message: `${source.installed} is not installed`,
    hint: `apt-get install ${source.installed}-static`,
  });
};

const named = (reference: string, images: readonly Image[]): Image => {
  const found = images.find((image) => image.reference === reference);
  if (!found) throw new Error(`no image ${reference} in the catalogue`);
  return found;
};

const imageRecipe = (image: Image, images: readonly Image[]): string => {
  const files = image.files?.map(({ source, ...file }) => [
    file,
    'program' in source ? [recipeOf(source.program), source.binary] : source.installed,
  ]);
  const trees = treesOf(image, images).map(({ packages, script }) => [packages, script]);
  const below = image.from ? imageRecipe(named(image.from, images), images) : '';
  return createHash('sha256')
    .update(JSON.stringify([below, trees, files, image.links, image.config]))
    .digest('hex');
};
