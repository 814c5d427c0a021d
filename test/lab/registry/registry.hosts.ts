import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/lab/images/catalogue.ts';
import { registryStorage } from '../../../src/lab/images/fill.ts';
import { buildImage, placeOf } from '../../../src/lab/images/image-build.ts';
import { imageRegistry, refreshRegistry, registryName } from '../../../src/lab/registry/image-registry.ts';
import { withLoopbackRegistry } from '../../../src/lab/registry/loopback.ts';
import { testHome, useLab } from '../../lab-hosts.ts';

const images = catalogue([]).images;
const busybox = images.find(({ reference }) => reference.includes('busybox'));
if (!busybox) throw new Error('the catalogue has no busybox');
const { repository, tag } = placeOf(busybox);
const reference = `${registryName}/${repository}:${tag}`;

describe.each(['26', '28'] as const)('the registry, to hosts with Docker %s', (docker) => {
  const lab = useLab({ hosts: 1, docker, services: [imageRegistry] });

  // Filled after the lab was made, as by `lab images` in another window.
  beforeAll(async () => {
    await withLoopbackRegistry(registryStorage(testHome.cache), (registry) =>
      buildImage(busybox, { cache: testHome.cache, registry, images, onProgress: () => {} }),
    );
    await refreshRegistry(lab.lab.place);
  });

  it('gives an image by its name and CA, and Docker runs it', async () => {
    const [host] = lab.hosts;
    await host?.must(`docker pull -q ${reference}`);
    expect(await host?.must(`docker run --rm ${reference} echo works`)).toBe('works\n');
  });

  it('takes an image, which stays in this lab alone', async () => {
    const [host] = lab.hosts;
    const own = `${registryName}/own/thing:1`;
    await host?.must(`docker pull -q ${reference} && docker tag ${reference} ${own} && docker push -q ${own}`);
    await host?.must(`docker rmi ${own} && docker pull -q ${own}`);
    const storage = join(registryStorage(testHome.cache), 'docker/registry/v2/repositories');
    expect(await readdir(storage)).not.toContain('own');
  });

  it('serves binaries, and tells inventories where', async () => {
    const [host] = lab.hosts;
    const { variables, network } = lab.lab.record;
    expect(variables).toMatchObject({ image_registry: registryName, binaries_url: `http://${network.gateway}:5080` });
    const file = join(testHome.cache, 'binaries', `test-${process.pid}`);
    await writeFile(file, 'binary');
    try {
      expect(await host?.must(`curl -sf ${variables.binaries_url}/test-${process.pid}`)).toBe('binary');
    } finally {
      await rm(file);
    }
  });
});

describe('two registries over one storage', () => {
  it('neither lose nor mix what the other was given', async () => {
    const storage = await mkdtemp(join(tmpdir(), 'k8s-bm-registry-'));
    try {
      const build = () =>
        withLoopbackRegistry(storage, (registry) =>
          buildImage(busybox, { cache: storage, registry, images, onProgress: () => {} }).then(() =>
            registry.repository(repository).resolve(tag),
          ),
        );
      const [one, two] = [await build(), await build()];
      expect(one?.digest).toBe(two?.digest);
    } finally {
      await rm(storage, { recursive: true, force: true });
    }
  });
});
