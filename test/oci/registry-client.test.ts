import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { mediaTypes } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { RegistryClient } from '../../src/oci/registry-client.ts';
import type { RegistryOptions } from '../../src/oci/registry-request.ts';
import { RegistryServer, type ServerOptions } from './registry-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const registry = async (server: ServerOptions = {}, options: RegistryOptions = {}) => {
  const running = new RegistryServer(server);
  const address = await running.listen();
  const client = new RegistryClient(address, {
    plainHttp: true,
    proxy: { http: '', https: '', none: '*' },
    ...options,
  });
  open.push(running, client);
  return { server: running, client };
};

const amy = async () => ({ username: 'amy', password: 'secret' });
const content = Buffer.from('a blob '.repeat(1000));
const blob = { mediaType: mediaTypes.layer, digest: digestOf(content), size: content.length };
const pieces = () => Readable.from([content.subarray(0, 100), content.subarray(100)]);

describe('a registry', () => {
  it('takes a blob whole and gives it back', async () => {
    const { client, server } = await registry();
    const store = client.repository('team/app');
    expect(await store.has(blob)).toBe(false);
    await store.putBlob(blob, pieces);
    expect(await store.has(blob)).toBe(true);
    expect(await buffer(await store.blob(blob))).toEqual(content);
    expect(server.requests.map(({ line }) => line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'ID').split('?')[0])).toEqual([
      `HEAD /v2/team/app/blobs/${blob.digest}`,
      'POST /v2/team/app/blobs/uploads/',
      'PUT /v2/team/app/blobs/uploads/ID',
      `HEAD /v2/team/app/blobs/${blob.digest}`,
      `GET /v2/team/app/blobs/${blob.digest}`,
    ]);
  });

  it('takes a blob in pieces where asked to', async () => {
    const { client, server } = await registry();
    await client.repository('app', { chunkBytes: 3000 }).putBlob(blob, pieces);
    expect(server.requests.filter(({ line }) => line.startsWith('PATCH'))).toHaveLength(3);
    expect(server.blobs.get(`app@${blob.digest}`)).toEqual(content);
  });

  it('takes a blob in pieces where a proxy refuses it whole', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, 'x');
    const { client, server } = await registry({ bodyLimit: 10 * 1024 * 1024 });
    const descriptor = { mediaType: mediaTypes.layer, digest: digestOf(large), size: large.length };
    await client.repository('app').putBlob(descriptor, () => Readable.from([large]));
    expect(server.blobs.get(`app@${descriptor.digest}`)?.equals(large)).toBe(true);
  });

  it('mounts from another repository instead of sending', async () => {
    const { client, server } = await registry();
    await client.repository('one').putBlob(blob, pieces);
    await client.repository('two').putBlob(blob, () => Promise.reject(new Error('was read')), { mountFrom: 'one' });
    expect(server.blobs.has(`two@${blob.digest}`)).toBe(true);
  });

  it('sends where the registry does not mount', async () => {
    const { client, server } = await registry({ mounts: false });
    await client.repository('one').putBlob(blob, pieces);
    await client.repository('two').putBlob(blob, pieces, { mountFrom: 'one' });
    expect(server.blobs.has(`two@${blob.digest}`)).toBe(true);
  });

  it('goes on where a download broke off', async () => {
    const { client, server } = await registry({ breakBlobs: 2 });
    await client.repository('app').putBlob(blob, pieces);
    expect(await buffer(await client.repository('app').blob(blob))).toEqual(content);
    expect(server.requests.filter(({ line }) => line.startsWith('GET')).length).toBeGreaterThan(1);
  });

  it('gives no content that is not the one asked for', async () => {
    const { client, server } = await registry();
    const store = client.repository('app');
    server.blobs.set(`app@${blob.digest}`, Buffer.from(content.toString().replace('a', 'b')));
    await expect(store.blob(blob).then((stream) => buffer(stream))).rejects.toThrow(/expected|received sha256/);
    server.blobs.set(`app@${blob.digest}`, Buffer.concat([content, content]));
    await expect(store.blob(blob).then((stream) => buffer(stream))).rejects.toThrow(/more than/);
  });

  it('keeps manifests by tag and by digest', async () => {
    for (const withoutDigestHeader of [false, true]) {
      const { client } = await registry({ withoutDigestHeader });
      const store = client.repository('app');
      expect(await store.resolve('v1')).toBeUndefined();
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, config: blob, layers: [] }));
      const put = await store.putManifest(bytes, mediaTypes.manifest, 'v1');
      expect(await store.resolve('v1')).toEqual({
        mediaType: mediaTypes.manifest,
        digest: digestOf(bytes),
        size: bytes.length,
      });
      expect(await store.manifest(put)).toEqual(bytes);
      expect((await store.resolve(put.digest))?.digest).toBe(put.digest);
    }
  });

  it('lists tags through all pages', async () => {
    const { client } = await registry();
    const store = client.repository('app');
    const bytes = Buffer.from('{"schemaVersion":2}');
    for (const tag of ['a', 'b', 'c', 'd', 'e']) await store.putManifest(bytes, mediaTypes.manifest, tag);
    expect(await store.tags()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('tries again where the registry is not ready', async () => {
    const { client } = await registry({ unavailable: 2 });
    await client.ping();
  });
});

describe('who is there', () => {
  it('is told by a token with the scopes that are needed, once for all requests that need them', async () => {
    const { client, server } = await registry({ auth: 'bearer' }, { credentials: amy });
    await client.repository('one').putBlob(blob, pieces);
    await client.repository('two').putBlob(blob, pieces, { mountFrom: 'one' });
    expect(await buffer(await client.repository('two').blob(blob))).toEqual(content);
    const tokens = server.requests.filter(({ line }) => line.includes('/token'));
    expect(tokens.map(({ line }) => new URL(line.slice(4), 'http://x').searchParams.getAll('scope'))).toEqual([
      ['repository:one:pull,push'],
      ['repository:two:pull,push', 'repository:one:pull'],
      ['repository:two:pull'],
    ]);
  });

  it('is told by an identity token that is exchanged', async () => {
    const { client } = await registry({ auth: 'bearer' }, { credentials: async () => ({ identityToken: 'identity' }) });
    await client.repository('one').putBlob(blob, pieces);
    await client.ping();
  });

  it('is told by name and password', async () => {
    const { client } = await registry({ auth: 'basic' }, { credentials: amy });
    await client.repository('one').putBlob(blob, pieces);
  });

  it('is told by all of many requests that are asked at once', async () => {
    for (const auth of ['basic', 'bearer'] as const) {
      const { client, server } = await registry({ auth }, { credentials: amy });
      const store = client.repository('one');
      const asked = Array.from({ length: 20 }, (_, n) => store.resolve(`v${n}`));
      expect(await Promise.all(asked)).toEqual(asked.map(() => undefined));
      const tokens = server.requests.filter(({ line }) => line.includes('/token'));
      expect(tokens).toHaveLength(auth === 'bearer' ? 1 : 0);
    }
  });

  it('is refused in words where nobody is, or the wrong one', async () => {
    for (const auth of ['basic', 'bearer'] as const)
      for (const options of [{}, { credentials: async () => ({ username: 'amy', password: 'wrong' }) }]) {
        const { client } = await registry({ auth }, options);
        const failed = await client
          .repository('one')
          .resolve('v1')
          .catch((error: unknown) => error);
        expect(failed).toMatchObject({ name: 'RegistryError', status: 401 });
        expect((failed as { diagnostics: { hint?: string }[] }).diagnostics[0]?.hint).toMatch(/log in/);
      }
  });

  it('is not told to where the registry redirects to', async () => {
    const elsewhere = new RegistryServer();
    await elsewhere.listen();
    open.push(elsewhere);
    elsewhere.blobs.set(`s3@${blob.digest}`, content);
    const { client, server } = await registry(
      { auth: 'basic', redirectTo: `http://${elsewhere.address}/v2/s3/blobs` },
      { credentials: amy },
    );
    server.blobs.set(`app@${blob.digest}`, content);
    expect(await buffer(await client.repository('app').blob(blob))).toEqual(content);
    expect(elsewhere.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('is not told to where the registry redirects to, though it asks', async () => {
    for (const auth of ['basic', 'bearer'] as const) {
      const elsewhere = new RegistryServer({ auth });
      open.push(elsewhere);
      const { client } = await registry(
        { redirectTo: `http://${await elsewhere.listen()}/v2/s3/blobs`, auth: 'basic' },
        { credentials: amy },
      );
      await client.repository('app').putBlob(blob, pieces);
      await expect(client.repository('app').blob(blob)).rejects.toThrow(/answered 401/);
      expect(elsewhere.requests.map(({ line, authorization }) => [line.slice(0, 8), authorization])).toEqual([
        ['GET /v2/', undefined],
      ]);
    }
  });
});

describe('a registry that cannot be reached', () => {
  it('is named, with the reason', async () => {
    const { server, client } = await registry({}, { retries: 0 });
    await server.close();
    await expect(client.ping()).rejects.toThrow(/127\.0\.0\.1:\d+ cannot be reached: nothing listens there/);
  });

  it('is one without TLS where TLS was wanted', async () => {
    const { client } = await registry({}, { plainHttp: false, retries: 0 });
    await expect(client.ping()).rejects.toThrow(/does not speak TLS/);
  });
});
