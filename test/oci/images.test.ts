import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composeImage } from '../../src/oci/compose.ts';
import { chosenFor, copyImage, readImage } from '../../src/oci/copy.ts';
import { type Index, mediaTypes } from '../../src/oci/descriptor.ts';
import { readDockerArchive, writeDockerArchive } from '../../src/oci/docker-archive.ts';
import { compressLayer } from '../../src/oci/file-blob.ts';
import { ImageLayout } from '../../src/oci/image-layout.ts';
import { RegistryClient } from '../../src/oci/registry-client.ts';
import { RegistryServer } from './registry-server.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8s-bm-oci-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64' };

const layer = async (name: string) => {
  const tar = pack();
  tar.entry({ name, mtime: new Date(0) }, `I am ${name}`);
  tar.finalize();
  const path = join(folder, `${name}.tar.gz`);
  return { ...(await compressLayer(tar as unknown as NodeJS.ReadableStream, path)), path };
};

const image = async (layout: ImageLayout, tag: string, platform = amd64) =>
  composeImage({ platform, layers: [await layer(`file-of-${tag}`)], config: { Cmd: ['run'] } }, layout, tag);

describe('an image', () => {
  it('has the same digest whenever it is put together of the same parts', async () => {
    const [one, two] = [await ImageLayout.create(join(folder, 'one')), await ImageLayout.create(join(folder, 'two'))];
    expect(await image(one, 'v1')).toEqual(await image(two, 'v1'));
  });

  it('begins with the layers, environment and history of another', async () => {
    const layout = await ImageLayout.create(join(folder, 'layout'));
    await composeImage({ platform: amd64, layers: [await layer('low')], config: { Env: ['A=1'] } }, layout, 'base');
    const manifest = await readImage(layout, 'base', amd64);
    if (!manifest) throw new Error('no base');
    await composeImage(
      { platform: amd64, base: { store: layout, manifest }, layers: [await layer('high')] },
      layout,
      'v1',
    );
    const made = await readImage(layout, 'v1', amd64);
    expect(made?.layers.map(({ digest }) => digest)).toEqual([
      manifest.layers[0]?.digest,
      (await layer('high')).descriptor.digest,
    ]);
    const config = JSON.parse((await buffer(await layout.blob(made?.config as never))).toString());
    expect(config).toMatchObject({ architecture: 'amd64', config: { Env: ['A=1'] }, history: [{}, {}] });
    expect(config.rootfs.diff_ids).toHaveLength(2);
  });
});

describe('a layout', () => {
  it('keeps one image per tag, and nothing half', async () => {
    const layout = await ImageLayout.create(folder);
    await image(layout, 'v1');
    const second = await image(layout, 'v2');
    expect((await layout.entries()).length).toBe(2);
    await layout.putManifest(await layout.manifest(second), second.mediaType, 'v1');
    expect((await layout.resolve('v1'))?.digest).toBe(second.digest);
    expect((await layout.entries()).length).toBe(2);
    const damaged = layout.putBlob({ ...second, digest: `sha256:${'0'.repeat(64)}` }, () => Readable.from(['x']));
    await expect(damaged).rejects.toThrow(/received/);
    expect((await readdir(join(folder, 'blobs/sha256'))).every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
  });

  it('is refused where the folder is none', async () => {
    await expect(ImageLayout.open(folder)).rejects.toThrow(/is not an OCI image layout/);
  });

  it('never gives content that was damaged on disk', async () => {
    const layout = await ImageLayout.create(folder);
    const made = await readImage(layout, ((await image(layout, 'v1')) && 'v1') as string, amd64);
    const blob = made?.layers[0] as NonNullable<typeof made>['layers'][number];
    await writeFile(join(folder, 'blobs', ...blob.digest.split(':')), 'x'.repeat(blob.size));
    await expect(layout.blob(blob).then((stream) => buffer(stream))).rejects.toThrow(/received/);
  });
});

describe('a copy', () => {
  it('goes from layout to registry and back, and sends nothing twice', async () => {
    const source = await ImageLayout.create(join(folder, 'source'));
    const made = await image(source, 'v1');
    const server = new RegistryServer();
    const client = new RegistryClient(await server.listen(), { plainHttp: true });
    try {
      await copyImage(source, 'v1', client.repository('app'));
      const sent: boolean[] = [];
      await copyImage(source, 'v1', client.repository('app'), { onBlob: (_, was) => sent.push(was), tag: 'v2' });
      expect(sent).toEqual([false, false]);
      const target = await ImageLayout.create(join(folder, 'target'));
      expect(await copyImage(client.repository('app'), 'v2', target)).toEqual(made);
      expect((await target.reachable(made)).length).toBe(3);
    } finally {
      await client.close();
      await server.close();
    }
  });

  it('takes one platform of an index, or says which there are', async () => {
    const source = await ImageLayout.create(join(folder, 'source'));
    const manifests = [
      { ...(await image(source, 'a', amd64)), platform: amd64 },
      { ...(await image(source, 'b', arm64)), platform: arm64 },
    ];
    const index: Index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
    await source.putManifest(Buffer.from(JSON.stringify(index)), mediaTypes.index, 'all');
    const target = await ImageLayout.create(join(folder, 'target'));
    const copied = await copyImage(source, 'all', target, { platform: arm64 });
    expect(copied.digest).toBe(manifests[1]?.digest);
    expect((await target.resolve('all'))?.digest).toBe(copied.digest);
    const whole = await ImageLayout.create(join(folder, 'whole'));
    await copyImage(source, 'all', whole);
    const entry = await whole.resolve('all');
    expect(await chosenFor(whole, entry as never, amd64)).toMatchObject({ digest: manifests[0]?.digest });
    await expect(
      copyImage(source, 'all', target, { platform: { os: 'linux', architecture: 's390x' } }),
    ).rejects.toThrow(/no image for linux\/s390x: only for linux\/amd64, linux\/arm64/);
    await expect(copyImage(source, 'none', target)).rejects.toThrow(/has no none/);
  });
});

describe('an archive', () => {
  it('has what docker load reads, and reads what docker save wrote', async () => {
    const layout = await ImageLayout.create(join(folder, 'layout'));
    const manifest = await image(layout, 'v1');
    const bytes = await buffer(writeDockerArchive(layout, [{ manifest, tags: ['app:v1'] }]));
    const names: string[] = [];
    const reader = extract();
    Readable.from([bytes]).pipe(reader);
    for await (const entry of reader) {
      names.push(entry.header.name);
      entry.resume();
    }
    expect(names.at(-1)).toBe('manifest.json');
    const target = await ImageLayout.create(join(folder, 'target'));
    const [read] = await readDockerArchive(Readable.from([bytes]), target);
    expect(read?.tags).toEqual(['app:v1']);
    expect((await target.resolve('app:v1'))?.digest).toBe(manifest.digest);
  });

  it('is refused where it is another kind of tar', async () => {
    const tar = pack();
    tar.entry({ name: 'x' }, 'y');
    tar.finalize();
    const target = await ImageLayout.create(join(folder, 'target'));
    await expect(readDockerArchive(tar as unknown as Readable, target)).rejects.toThrow(
      /not an archive that docker save/,
    );
  });
});
