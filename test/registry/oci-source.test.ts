import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { signManifest } from '../../src/oci/cosign.ts';
import { mediaTypes } from '../../src/oci/descriptor.ts';
import { pushArtifact, readArtifact } from '../../src/registry/role-artifact.ts';
import { RegistryServer, type ServerOptions } from '../oci/registry-server.ts';
import { useSourceRoom } from './source-room.ts';

const room = useSourceRoom();

const role = { 'role/meta/main.yml': 'dependencies: []\n', 'role/tasks/main.yml': '- debug:\n' };

const registry = async (options: ServerOptions = {}) => {
  const server = room.keep(new RegistryServer(options));
  return { server, address: await server.listen() };
};

const publish = async (address: string, version: string, replace = false) => {
  const repository = (await room.sources().network.registry(address)).repository('k8s/etcd');
  const what = { folder: join(room.folder, 'role'), kind: 'role', name: 'etcd', version, dependencies: [] } as const;
  return pushArtifact(repository, { ...what, replace });
};

describe('a role in a registry', () => {
  it('comes back as it was published, by its tag and by its digest', async () => {
    const { address } = await registry();
    await room.write({ ...role, 'role/.git/config': 'evil' });
    const { digest } = await publish(address, '1.2.0+build.1');
    const wanted = room.wanted('oci', `oci://${address}/k8s/etcd`);
    expect(await room.sources().of.oci.versions(wanted)).toEqual([
      { version: '1.2.0_build.1', semver: expect.stringMatching(/^1\.2\.0/) },
    ]);
    for (const offer of [{ version: '1.2.0+build.1' }, { version: 'gone', integrity: digest }])
      expect(await room.fetch(wanted, offer)).toEqual({
        integrity: digest,
        files: { 'meta/main.yml': 'dependencies: []\n', 'tasks/main.yml': '- debug:\n' },
      });
  });

  it('has the same digest wherever it is published, and another when it changes', async () => {
    const [one, two] = [await registry(), await registry()];
    await room.write(role);
    const first = await publish(one.address, '1.0.0');
    expect(await publish(two.address, '1.0.0')).toEqual(first);
    expect(await publish(one.address, '1.0.0')).toEqual(first);
    await room.write({ 'role/tasks/main.yml': '- other:\n' });
    await expect(publish(one.address, '1.0.0')).rejects.toThrow(
      /k8s\/etcd has version 1.0.0 already, with other content/,
    );
    expect((await publish(one.address, '1.0.0', true)).digest).not.toBe(first.digest);
  });

  it('is an artifact with a type, a configuration and annotations', async () => {
    const { address } = await registry();
    await room.write(role);
    await publish(address, '2.0.0');
    const repository = (await room.sources().network.registry(address)).repository('k8s/etcd');
    const found = await readArtifact(repository, '2.0.0');
    expect(found?.manifest).toMatchObject({
      artifactType: 'application/vnd.k8s-bm.role.v1',
      config: { mediaType: 'application/vnd.k8s-bm.role.config.v1+json' },
      annotations: { 'org.opencontainers.image.title': 'etcd', 'org.opencontainers.image.version': '2.0.0' },
    });
    expect(await readArtifact(repository, '3.0.0')).toBeUndefined();
  });

  it('is told from an image, from a collection, and from nothing', async () => {
    const { address } = await registry();
    await room.write(role);
    await publish(address, '1.0.0');
    const repository = (await room.sources().network.registry(address)).repository('k8s/image');
    const config = { mediaType: mediaTypes.config, digest: `sha256:${'0'.repeat(64)}`, size: 2 };
    const image = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [] }));
    await repository.putManifest(image, mediaTypes.manifest, '1.0.0');
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
    await repository.putManifest(index, mediaTypes.index, '2.0.0');
    await repository.putManifest(Buffer.from('<html>'), mediaTypes.manifest, '3.0.0');
    const asked = (path: string, version: string, kind: 'role' | 'collection' = 'role') =>
      room.fetch(room.wanted('oci', `oci://${address}/${path}`, { kind }), { version });
    const at = 'requirements.yml:2:5: ';
    await expect(asked('k8s/image', '1.0.0')).rejects.toThrow(
      `${at}oci://${address}/k8s/image 1.0.0 is not a role: it is ${mediaTypes.config}`,
    );
    await expect(asked('k8s/image', '2.0.0')).rejects.toThrow(/is not a role: it is an index of images/);
    await expect(asked('k8s/image', '3.0.0')).rejects.toThrow(/k8s\/image 3.0.0 is not JSON/);
    await expect(asked('k8s/etcd', '1.0.0', 'collection')).rejects.toThrow(/is not a collection: it is .*role\.v1/);
    await expect(asked('k8s/etcd', '9.0.0')).rejects.toThrow(`${at}oci://${address}/k8s/etcd has no 9.0.0`);
    expect(await room.sources().of.oci.versions(room.wanted('oci', `oci://${address}/none`))).toEqual([]);
  });

  it('is read with the credentials that docker login left', async () => {
    for (const auth of ['basic', 'bearer'] as const) {
      const { address } = await registry({ auth });
      const secret = Buffer.from('amy:secret').toString('base64');
      await room.write({
        ...role,
        'home/.docker/config.json': JSON.stringify({ auths: { [address]: { auth: secret } } }),
      });
      const { digest } = await publish(address, '1.0.0');
      const wanted = room.wanted('oci', `oci://${address}/k8s/etcd`);
      expect((await room.fetch(wanted, { version: '1.0.0' })).integrity).toBe(digest);
    }
  });

  it('is taken only with a signature where one is wanted', async () => {
    const { address } = await registry();
    await room.write(role);
    const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [amy, bob] = [pair(), pair()];
    for (const [name, { publicKey }] of Object.entries({ amy, bob }))
      await room.write({ [`${name}.pub`]: publicKey.export({ format: 'pem', type: 'spki' }) as string });
    const subject = await publish(address, '1.0.0');
    const { digest } = subject;
    const src = `oci://${address}/k8s/etcd`;
    const wanted = room.wanted('oci', src);
    room.environment.K8S_BM_COSIGN_KEY = join(room.folder, 'amy.pub');
    await expect(room.fetch(wanted, { version: '1.0.0' })).rejects.toThrow(
      `requirements.yml:2:5: ${address}/k8s/etcd has no signature for ${digest}`,
    );
    const repository = (await room.sources().network.registry(address)).repository('k8s/etcd');
    await signManifest(repository, subject, amy);
    expect((await room.fetch(wanted, { version: '1.0.0' })).integrity).toBe(digest);
    expect(await room.sources().of.oci.versions(wanted)).toHaveLength(1);
    room.environment.K8S_BM_COSIGN_KEY = join(room.folder, 'bob.pub');
    await expect(room.fetch(wanted, { integrity: digest })).rejects.toThrow(/none is of the key that is trusted/);
    room.environment.K8S_BM_COSIGN_KEY = join(room.folder, 'none.pub');
    await expect(room.fetch(wanted, { integrity: digest })).rejects.toThrow(
      /the key \S+none.pub cannot be read: there is no such file/,
    );
  });
});
