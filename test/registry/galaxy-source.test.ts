import { writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/oci/digest.ts';
import { GalaxyServer } from './galaxy-server.ts';
import { useSourceRoom } from './source-room.ts';

const room = useSourceRoom();
let server: GalaxyServer;
let address: string;

const archiveOf = (files: Readonly<Record<string, string>>): Promise<Buffer> => {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mtime: new Date(0) }, content);
  archive.finalize();
  return buffer((archive as unknown as Readable).pipe(createGzip()));
};

beforeEach(async () => {
  server = room.keep(new GalaxyServer());
  address = await server.listen();
  server.archives.set('etcd-1.10.0.tar.gz', await archiveOf({ 'ansible-role-etcd-1.10.0/tasks/main.yml': 'ten' }));
  server.archives.set('etcd-1.9.0.tar.gz', await archiveOf({ 'ansible-role-etcd-1.9.0/tasks/main.yml': 'nine' }));
  server.archives.set(
    'example-tools-2.1.0.tar.gz',
    await archiveOf({ 'MANIFEST.json': '{}', 'roles/a/tasks/main.yml': 'a' }),
  );
  room.environment.ANSIBLE_GALAXY_SERVER = `${address}/`;
});

const role = (src = 'example-team.etcd', more = {}) => room.wanted('galaxy', src, more);
const collection = (src = 'example.tools', more = {}) => room.wanted('galaxy', src, { kind: 'collection', ...more });

describe('a role on Galaxy', () => {
  it('has its versions on several pages', async () => {
    expect(await room.sources().of.galaxy.versions(role())).toEqual([
      { version: '1.10.0', semver: '1.10.0' },
      { version: 'v1.9.0', semver: '1.9.0' },
      { version: 'nightly', semver: null },
    ]);
  });

  it('comes from where its version says, also by way of a redirect', async () => {
    const bytes = server.archives.get('etcd-1.10.0.tar.gz') as Buffer;
    expect(await room.fetch(role(), { version: '1.10.0' })).toEqual({
      integrity: digestOf(bytes),
      files: { 'tasks/main.yml': 'ten' },
    });
    expect((await room.fetch(role(), { version: 'v1.9.0' })).files).toEqual({ 'tasks/main.yml': 'nine' });
  });

  it('is not taken when it is another than the one locked', async () => {
    const integrity = `sha256:${'0'.repeat(64)}`;
    await expect(room.fetch(role(), { version: '1.10.0', integrity })).rejects.toThrow(
      /requirements.yml:2:5: http:\S+etcd-1.10.0.tar.gz is not what it was: expected sha256:000/,
    );
  });

  it('is missed in words', async () => {
    const { galaxy } = room.sources().of;
    await expect(galaxy.versions(role('example-team.none'))).rejects.toThrow(
      /requirements.yml:2:5: 127.0.0.1:\d+ has no role example-team.none/,
    );
    await expect(galaxy.versions(collection('example.none'))).rejects.toThrow(/has no collection example.none/);
    await expect(room.fetch(collection(), { version: '9.9.9' })).rejects.toThrow(/has no example.tools 9.9.9/);
  });
});

describe('a collection on Galaxy', () => {
  it('has its versions on several pages, behind a redirect', async () => {
    expect(await room.sources().of.galaxy.versions(collection())).toEqual([
      { version: '2.1.0', semver: '2.1.0' },
      { version: '2.1.0-beta.1', semver: '2.1.0-beta.1' },
      { version: '2.0.0', semver: '2.0.0' },
    ]);
  });

  it('comes with the digest that the server names', async () => {
    const bytes = server.archives.get('example-tools-2.1.0.tar.gz') as Buffer;
    expect(await room.fetch(collection(), { version: '2.1.0' })).toEqual({
      integrity: digestOf(bytes),
      files: { 'MANIFEST.json': '{}', 'roles/a/tasks/main.yml': 'a' },
    });
  });

  it('is not taken when the server names another digest', async () => {
    const path = '/api/v3/plugin/ansible/content/published/collections/index/example/tools/versions/2.1.0/';
    const answer = server.answers.get(path) as string;
    server.answers.set(path, answer.replace(/\{sha256 [^}]+\}/, 'f'.repeat(64)));
    await expect(room.fetch(collection(), { version: '2.1.0' })).rejects.toThrow(
      /expected sha256:ffff\S+, received sha256:/,
    );
  });
});

describe('a token', () => {
  it('goes to the server it is for, and not to the storage that it redirects to', async () => {
    const storage = room.keep(new GalaxyServer());
    await storage.listen();
    storage.archives.set('example-tools-2.1.0.tar.gz', server.archives.get('example-tools-2.1.0.tar.gz') as Buffer);
    server.storage = storage.address;
    await room.write({ 'home/.ansible/galaxy_token': 'token: canary\n' });
    await room.fetch(collection(), { version: '2.1.0' });
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(new Set(['Token canary']));
    expect(storage.requests).toEqual([{ line: 'GET /archive/example-tools-2.1.0.tar.gz', authorization: undefined }]);
  });

  it('does not go to another server that a requirement names', async () => {
    const other = room.keep(new GalaxyServer());
    await room.write({ 'home/.ansible/galaxy_token': 'token: canary\n' });
    await room.sources().of.galaxy.versions(collection(undefined, { server: await other.listen() }));
    expect(new Set(other.requests.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
  });
});

describe('a server that is none', () => {
  it('is told in words', async () => {
    const { galaxy } = room.sources().of;
    const versions = (more: object) => galaxy.versions(role(undefined, more));
    await expect(versions({ server: 'no url' })).rejects.toThrow(/no url is not the URL of a server/);
    server.answers.set('/api/', '<html>');
    await expect(versions({})).rejects.toThrow(/is not a Galaxy server|does not answer as Galaxy/);
  });

  it('is told in words where it offers no roles', async () => {
    server.answers.set('/api/', '{"available_versions":{"v3":"v3/"}}');
    await expect(room.sources().of.galaxy.versions(role())).rejects.toThrow(/offers no roles: it has no API v1/);
  });

  it('does not go on for ever', async () => {
    const path = '/api/v1/roles/4711/versions/?page_size=50';
    const page = server.answers.get(path) as string;
    server.answers.set(
      path,
      page.replace('/api/v1/roles/4711/versions/?page=2&page_size=50",\n  "prev', `${path}",\n  "prev`),
    );
    await expect(room.sources().of.galaxy.versions(role())).rejects.toThrow(/versions\/ comes to no end/);
  });
});

describe('an archive', () => {
  it('comes from a URL with the credentials of that URL, which go nowhere else', async () => {
    const credentials = { username: 'amy', password: 'canary' };
    const basic = `Basic ${Buffer.from('amy:canary').toString('base64')}`;
    const wanted = room.wanted('archive', `${address}/none/etcd-1.9.0.tar.gz?token=canary`, { credentials });
    const plain = room.wanted('archive', `${address}/archive/etcd-1.9.0.tar.gz`, { credentials });
    expect((await room.fetch(plain)).files).toEqual({ 'tasks/main.yml': 'nine' });
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([basic]);
    const failed = await room.fetch(wanted).catch((error: unknown) => error);
    expect(String(failed)).toMatch(/\/none\/etcd-1.9.0.tar.gz: the server answered 404$/);
    expect(String(failed)).not.toContain('canary');
  });

  it('comes from a file, whole or one folder of it', async () => {
    const path = `${room.folder}/role.tgz`;
    const bytes = await archiveOf({ 'top/tasks/main.yml': 'top', 'top/roles/x/tasks/main.yml': 'x' });
    await writeFile(path, bytes);
    const wanted = room.wanted('archive', path);
    expect(await room.fetch(wanted)).toEqual({
      integrity: digestOf(bytes),
      files: { 'roles/x/tasks/main.yml': 'x', 'tasks/main.yml': 'top' },
    });
    const inner = room.wanted('archive', path, { subfolder: 'roles/x' });
    expect((await room.fetch(inner)).files).toEqual({ 'tasks/main.yml': 'x' });
    await expect(room.fetch(room.wanted('archive', `${path}.none`))).rejects.toThrow(
      /there is no file .*role.tgz.none/,
    );
    await expect(room.fetch(room.wanted('archive', room.folder))).rejects.toThrow(/cannot be read: it is a folder/);
  });
});

describe('a folder', () => {
  it('is copied, and has the digest of its content', async () => {
    await room.write({ 'role/tasks/main.yml': 'one', 'role/.git/config': 'evil', 'twin/tasks/main.yml': 'one' });
    const one = await room.fetch(room.wanted('folder', `${room.folder}/role`));
    expect(one.files).toEqual({ 'tasks/main.yml': 'one' });
    expect((await room.fetch(room.wanted('folder', `${room.folder}/twin`))).integrity).toBe(one.integrity);
    await room.write({ 'twin/tasks/main.yml': 'two' });
    const locked = { integrity: one.integrity };
    await expect(room.fetch(room.wanted('folder', `${room.folder}/twin`), locked)).rejects.toThrow(
      /is not what it was/,
    );
    await expect(room.fetch(room.wanted('folder', `${room.folder}/none`))).rejects.toThrow(/there is no folder/);
  });
});
