import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { servedFiles } from '../../../src/lab/images/binaries.ts';
import { catalogue, nodePackages } from '../../../src/lab/images/catalogue.ts';
import { checkKubernetesVersion } from '../../../src/lab/images/fill.ts';
import { goMod } from '../../../src/lab/images/go-program.ts';
import { placeOf } from '../../../src/lab/images/image-build.ts';
import { layerOfFiles } from '../../../src/lab/images/layer.ts';
import { criDockerd, flannel, kubernetes } from '../../../src/lab/images/programs.ts';
import { step } from '../../../src/lab/images/step.ts';
import { cloneStorage } from '../../../src/lab/registry/storage.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8s-bm-images-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lines = (text: string): string[] => text.split('\n').map((line) => line.trim());

describe('the go.mod of a build', () => {
  it('names published versions for what Kubernetes has beside it', () => {
    const text = goMod(kubernetes('v1.36.3'), {
      Go: '1.26.0',
      Require: [
        { Path: 'k8s.io/api', Version: 'v0.0.0' },
        { Path: 'k8s.io/utils', Version: 'v0.0.0-20260210185600-b8788abfbbc2' },
      ],
      Replace: [{ Old: { Path: 'k8s.io/api' }, New: { Path: './staging/src/k8s.io/api' } }],
    });
    expect(lines(text)).toContain('go 1.26.0');
    expect(lines(text)).toContain('k8s.io/kubernetes v1.36.3');
    expect(lines(text).filter((line) => line.includes('=>'))).toEqual(['k8s.io/api => k8s.io/api v0.36.3']);
  });

  it('takes over the replace lines of a module that has its own', () => {
    const text = goMod(criDockerd, {
      Replace: [
        { Old: { Path: 'k8s.io/api' }, New: { Path: 'k8s.io/api', Version: 'v0.29.15' } },
        { Old: { Path: 'go.etcd.io/etcd' }, New: { Path: './forbidden' } },
      ],
    });
    expect(lines(text).filter((line) => line.includes('=>'))).toEqual(['k8s.io/api => k8s.io/api v0.29.15']);
    expect(lines(text)).toContain('cloud.google.com/go v0.110.0');
  });

  it('names versions that would otherwise not fit together', () => {
    expect(goMod(flannel, {})).toMatch(/tencentcloud\/common => .*tencentcloud\/common v1\.3\.103/);
  });
});

describe('the catalogue', () => {
  const { images, programs } = catalogue(['v1.36.3', 'v1.35.4']);

  it('has every image once, after the one that it is made from', () => {
    const references = images.map(({ reference }) => reference);
    expect(new Set(references).size).toBe(references.length);
    for (const { from, reference } of images)
      if (from) expect(references.indexOf(from)).toBeLessThan(references.indexOf(reference));
  });

  it('keeps whole upstream names, and the names of what nobody publishes', () => {
    const places = Object.fromEntries(images.map((image) => [image.reference, placeOf(image)]));
    expect(places['registry.k8s.io/kube-proxy:v1.35.4']).toEqual({
      repository: 'registry.k8s.io/kube-proxy',
      tag: 'v1.35.4',
    });
    expect(places['k8s-bm/node-base:1']).toEqual({ repository: 'k8s-bm/node-base', tag: '1' });
  });

  it('serves what the node image is made of under the names of its upstreams', () => {
    const upstream = servedFiles(programs).map((file) => file.upstream);
    expect(upstream).toContainEqual(
      expect.stringMatching(/^https:\/\/dl\.k8s\.io\/v1\.36\.3\/bin\/linux\/\w+\/kubelet$/),
    );
    expect(upstream.filter((url) => url.endsWith('.tgz'))).toHaveLength(1);
  });

  it('refuses what is no version', () => {
    expect(checkKubernetesVersion('1.36.3')).toBe('v1.36.3');
    for (const text of ['1.36', 'latest', 'v1.36.3; rm'])
      expect(() => checkKubernetesVersion(text)).toThrow(/not a version/);
  });
});

describe('a layer', () => {
  it('is the same whenever it is made, and from whatever files', async () => {
    const made = [];
    for (const name of ['one', 'two']) {
      const from = join(folder, name);
      await writeFile(from, 'program');
      await chmod(from, name === 'one' ? 0o755 : 0o700);
      const work = join(folder, `work-${name}`);
      await mkdir(work);
      const links = { '/bin/sh': 'program' };
      made.push(await layerOfFiles([{ path: '/bin/program', from }], links, work, join(folder, `${name}.tar.gz`)));
    }
    expect(made[0]).toEqual(made[1]);
    expect((await stat(join(folder, 'two'))).mode & 0o777).toBe(0o700);
  });
});

describe("a lab's storage", () => {
  it('begins with what the cache has, and keeps its changes to itself', async () => {
    const [cache, lab] = [join(folder, 'cache/docker/registry/v2'), join(folder, 'lab/docker/registry/v2')];
    await mkdir(join(cache, 'blobs/sha256/aa'), { recursive: true });
    await mkdir(join(cache, 'repositories/app/_uploads/1'), { recursive: true });
    await writeFile(join(cache, 'blobs/sha256/aa/data'), 'content');
    await writeFile(join(cache, 'repositories/app/link'), 'old');
    await writeFile(join(cache, 'repositories/app/_uploads/1/data'), 'half');
    await cloneStorage(join(folder, 'cache'), join(folder, 'lab'));
    expect((await stat(join(lab, 'blobs/sha256/aa/data'))).ino).toBe(
      (await stat(join(cache, 'blobs/sha256/aa/data'))).ino,
    );
    await expect(stat(join(lab, 'repositories/app/_uploads'))).rejects.toThrow();
    await writeFile(join(lab, 'repositories/app/link'), 'new');
    expect(await readFile(join(cache, 'repositories/app/link'), 'utf8')).toBe('old');
    await cloneStorage(join(folder, 'cache'), join(folder, 'lab'));
  });
});

describe('the base of the node image', () => {
  it('has the packages that deploy would otherwise install', async () => {
    const role = parse(await readFile('roles/images/vars/main.yml', 'utf8')) as Record<string, unknown>;
    expect(nodePackages).toEqual(role.images_node_packages);
  });
});

describe('a step that fails', () => {
  it('says what it said, where the rest is, and how to get a program that is missing', async () => {
    const log = join(folder, 'logs/step.log');
    await expect(step('sh', ['-c', 'echo before; echo why >&2; exit 3'], { log })).rejects.toThrow(
      /sh -c failed \(3\):\nbefore\nwhy/,
    );
    expect(await readFile(log, 'utf8')).toContain('why');
    await expect(step('no-such-program', [], { log })).rejects.toThrow('no-such-program is not installed');
  });
});
