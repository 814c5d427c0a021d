import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { servedFiles } from '../../../src/lab/images/binaries.ts';
import { catalogue } from '../../../src/lab/images/catalogue.ts';
import { fillImages, registryStorage } from '../../../src/lab/images/fill.ts';
import { buildImage, placeOf } from '../../../src/lab/images/image-build.ts';
import { versions } from '../../../src/lab/images/programs.ts';
import { imageRegistry, refreshRegistry, registryName } from '../../../src/lab/registry/image-registry.ts';
import { withLoopbackRegistry } from '../../../src/lab/registry/loopback.ts';
import { copyImage } from '../../../src/oci/copy.ts';
import { RegistryClient } from '../../../src/oci/registry-client.ts';
import { testHome, useLab } from '../../lab-hosts.ts';

const version = versions.kubernetes[0];
const { images, programs } = catalogue([version]);
const say = (message: string) => process.stderr.write(`${message}\n`);

/** What each image is asked, and what its answer must hold: the version that its tag promises. */
const questions: Readonly<Record<string, readonly [command: string, answer: string]>> = {
  'docker.io/library/debian': ['cat /etc/debian_version', '13.'],
  'docker.io/library/busybox': ['busybox', 'BusyBox v1.'],
  'k8s-bm/node-base': [
    'sh -c "for t in mount iptables nft conntrack socat ethtool ip; do command -v $t || exit; done; echo all"',
    'all',
  ],
  'docker.io/library/nginx': ['nginx -v', 'nginx/1.26'],
  'registry.k8s.io/pause': ['-v', 'pause.c'],
  'quay.io/coreos/etcd': ['etcd --version', versions.etcd.slice(1)],
  'ghcr.io/flannel-io/flannel': ['--version', versions.flannel],
  'registry.k8s.io/coredns/coredns': ['-version', versions.coredns.slice(1)],
  'registry.k8s.io/kube-apiserver': ['kube-apiserver --version', version],
  'registry.k8s.io/kube-controller-manager': ['kube-controller-manager --version', version],
  'registry.k8s.io/kube-scheduler': ['kube-scheduler --version', version],
  'registry.k8s.io/kube-proxy': ['kube-proxy --version', version],
};

describe('the images of a cluster', () => {
  const lab = useLab({ hosts: 1, docker: '28', services: [imageRegistry] });

  beforeAll(async () => {
    await fillImages({ cache: testHome.cache, kubernetes: [version], onProgress: say });
    await refreshRegistry(lab.lab.place);
  }, 1_800_000);

  it.each(images.map((image) => placeOf(image)))('$repository:$tag is pulled and runs', async ({ repository, tag }) => {
    const [command, answer] = questions[repository] ?? [];
    if (!command || !answer) throw new Error(`nothing is asked of ${repository}`);
    const name = `${registryName}/${repository}:${tag}`;
    const said = await lab.hosts[0]?.must(
      `docker pull -q ${name} && docker run --rm --privileged ${name} ${command} 2>&1`,
    );
    expect(said).toContain(answer);
  });

  it('is served with the binaries of the node image, whose digests the inventory has', async () => {
    const { binaries_url: url } = lab.lab.record.variables;
    for (const { upstream } of servedFiles(programs)) {
      const path = upstream.replace('https://', '');
      await lab.hosts[0]?.must(
        `curl -sf ${url}/${path} -o /var/lib/docker/file && [ "$(sha256sum < /var/lib/docker/file)" = "$(curl -sf ${url}/${path}.sha256)  -" ]`,
      );
    }
  });

  it('are not built again', async () => {
    const said: string[] = [];
    await fillImages({ cache: testHome.cache, kubernetes: [version], onProgress: (message) => said.push(message) });
    expect(said).toEqual([`All ${images.length} images are there.`]);
  });
});

describe('where public registries answer', () => {
  it('images are copied from there, once, and none is built', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'k8s-bm-copy-'));
    const wanted = { images: images.filter(({ reference }) => reference.includes('busybox')), programs: [] };
    const [image] = wanted.images;
    if (!image) throw new Error('the catalogue has no busybox');
    const cache = join(folder, 'cache');
    try {
      await withLoopbackRegistry(join(folder, 'upstream'), async (upstream) => {
        const { repository, tag } = placeOf(image);
        await buildImage(image, { cache, registry: upstream, images, onProgress: say });
        await copyImage(upstream.repository(repository), tag, upstream.repository('library/busybox'));
        const asked: string[] = [];
        const reach = (registry: string) => {
          asked.push(registry);
          return new RegistryClient(upstream.registry, { plainHttp: true });
        };
        const said: string[] = [];
        const fill = { cache, kubernetes: [], wanted, upstream: reach, onProgress: (text: string) => said.push(text) };
        await fillImages(fill);
        await fillImages(fill);
        expect(asked).toEqual(['registry.k8s.io', 'docker.io']);
        expect(said.join()).toMatch(/copying them from public registries.*All 1 images are there/s);
        await withLoopbackRegistry(registryStorage(cache), async (filled) => {
          expect((await filled.repository(repository).resolve(tag))?.digest).toBe(
            (await upstream.repository(repository).resolve(tag))?.digest,
          );
        });
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('what they do not have is built, unless only copies are wanted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'k8s-bm-copy-'));
    const wanted = { images: images.filter(({ reference }) => reference.includes('busybox')), programs: [] };
    try {
      await withLoopbackRegistry(join(folder, 'upstream'), async (empty) => {
        const upstream = () => new RegistryClient(empty.registry, { plainHttp: true });
        const said: string[] = [];
        const onProgress = (text: string) => said.push(text);
        const fill = { cache: join(folder, 'cache'), kubernetes: [], wanted, upstream, onProgress };
        await expect(fillImages({ ...fill, how: 'copy' })).rejects.toThrow(/has no 1\.37/);
        await fillImages(fill);
        expect(said.join()).toMatch(/has no 1\.37: building it instead/);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
