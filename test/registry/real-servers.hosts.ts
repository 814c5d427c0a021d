import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { requireSignature, signManifest } from '../../src/oci/cosign.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { eraseCredentials, saveCredentials } from '../../src/oci/docker-config.ts';
import { pushArtifact } from '../../src/registry/role-artifact.ts';
import { startSshd } from '../transport/ssh/test-sshd.ts';
import { startGitHttp, startRegistry } from './real-servers.ts';
import { useSourceRoom } from './source-room.ts';

const room = useSourceRoom();
const password = 'canary:pass word/ü';

describe("Debian's docker-registry, with TLS and a password", () => {
  let address: string;
  beforeEach(async () => {
    const server = room.keep(await startRegistry(join(room.folder, 'registry'), password));
    address = server.address;
    room.environment.SSL_CERT_FILE = join(room.folder, 'registry/ca.crt');
    await room.write({ 'role/meta/main.yml': 'dependencies: []\n', 'role/tasks/main.yml': '- debug:\n' });
  });

  const login = () => saveCredentials(address, { username: 'amy', password }, room);
  const repositoryOf = async (name: string, options = {}) =>
    (await room.sources().network.registry(address)).repository(name, options);
  const publish = async (version: string) => {
    const what = { folder: join(room.folder, 'role'), kind: 'role', name: 'etcd', version, dependencies: [] } as const;
    return pushArtifact(await repositoryOf('k8s/etcd'), what);
  };

  it('keeps roles by version, and gives them back', async () => {
    await login();
    const { digest } = await publish('1.0.0');
    await room.write({ 'role/tasks/main.yml': '- other:\n' });
    await publish('1.1.0');
    const wanted = room.wanted('oci', `oci://${address}/k8s/etcd`);
    const offers = await room.sources().of.oci.versions(wanted);
    expect(offers.map(({ version }) => version).sort()).toEqual(['1.0.0', '1.1.0']);
    const files = { 'meta/main.yml': 'dependencies: []\n', 'tasks/main.yml': '- debug:\n' };
    expect(await room.fetch(wanted, { version: '1.0.0' })).toEqual({ integrity: digest, files });
    expect(await room.fetch(wanted, { integrity: digest })).toEqual({ integrity: digest, files });
  });

  it('tells who is not logged in, and who is no longer', async () => {
    await expect(publish('1.0.0')).rejects.toMatchObject({ status: 401 });
    await login();
    await publish('1.0.0');
    expect((await readFile(join(room.home, '.docker/config.json'), 'utf8')).includes('canary')).toBe(false);
    expect(await eraseCredentials(address, room)).toBe(true);
    const failed = await room
      .fetch(room.wanted('oci', `oci://${address}/k8s/etcd`), { version: '1.0.0' })
      .catch(String);
    expect(failed).toMatch(/requirements.yml:2:5: .*answered 401/);
    await saveCredentials(address, { username: 'amy', password: 'canary-wrong' }, room);
    const wrong = await room.fetch(room.wanted('oci', `oci://${address}/k8s/etcd`), { version: '1.0.0' }).catch(String);
    expect(wrong).toMatch(/answered 401/);
    expect(wrong).not.toMatch(/canary/);
  });

  it('is not talked to where its certificate is nobody’s', async () => {
    await login();
    room.environment.SSL_CERT_FILE = '/dev/null';
    await expect(publish('1.0.0')).rejects.toThrow(/its certificate is signed by an unknown authority/);
  });

  it('takes blobs in pieces, and mounts them', async () => {
    await login();
    const bytes = Buffer.alloc(3_000_000, 'a blob');
    const blob = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };
    const one = await repositoryOf('one', { chunkBytes: 1_000_000 });
    await one.putBlob(blob, () => Readable.from([bytes]));
    expect((await buffer(await one.blob(blob))).equals(bytes)).toBe(true);
    const two = await repositoryOf('two');
    await two.putBlob(blob, () => Promise.reject(new Error('was read')), { mountFrom: 'one' });
    expect(await two.has(blob)).toBe(true);
  });

  it('keeps signatures beside what they sign', async () => {
    await login();
    const subject = await publish('1.0.0');
    const repository = await repositoryOf('k8s/etcd');
    const [amy, bob] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    if (!amy || !bob) throw new Error('no keys');
    await signManifest(repository, subject, amy, 'tag');
    await signManifest(repository, subject, bob, 'bundle');
    for (const { publicKey } of [amy, bob]) await requireSignature(repository, subject.digest, publicKey);
    const offers = await room.sources().of.oci.versions(room.wanted('oci', `oci://${address}/k8s/etcd`));
    expect(offers.map(({ version }) => version)).toEqual(['1.0.0']);
  });
});

describe('a git server', () => {
  const git = async (folder: string, ...args: string[]): Promise<string> => {
    const by = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org' };
    const env = {
      ...by,
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@example.org',
      GIT_CONFIG_GLOBAL: '/dev/null',
    };
    return (await execa('git', ['-C', folder, ...args], { env })).stdout;
  };
  const root = () => join(room.folder, 'git');
  let commits: Record<string, string>;

  beforeEach(async () => {
    commits = {};
    const work = join(room.folder, 'work');
    await mkdir(work);
    await git(work, 'init', '-q', '-b', 'main');
    for (const version of ['v1.0.0', 'v1.1.0', 'main']) {
      await room.write({ 'work/roles/etcd/tasks/main.yml': version });
      await git(work, 'add', '-A');
      await git(work, 'commit', '-q', '-m', version);
      if (version !== 'main') await git(work, 'tag', '-a', version, '-m', version);
      commits[version] = await git(work, 'rev-parse', 'HEAD');
    }
    await mkdir(join(root(), 'private'), { recursive: true });
    await chmod(room.folder, 0o755);
    for (const name of ['open.git', 'private/closed.git'])
      await git(room.folder, 'clone', '-q', '--bare', work, join(root(), name));
  });

  /** Versions, a tag, a branch and a locked commit, one folder of the repository. */
  const holds = async (src: string, more = {}) => {
    const wanted = room.wanted('git', src, { subfolder: 'roles/etcd', ...more });
    expect(await room.sources().of.git.versions(wanted)).toEqual([
      { version: 'v1.0.0', semver: '1.0.0', integrity: commits['v1.0.0'] },
      { version: 'v1.1.0', semver: '1.1.0', integrity: commits['v1.1.0'] },
    ]);
    for (const [version, integrity] of Object.entries(commits))
      for (const offer of [{ version }, { version, integrity }] as const)
        expect(await room.fetch(wanted, offer as { version: string })).toEqual({
          integrity,
          files: { 'tasks/main.yml': version },
        });
  };

  it('gives roles over SSH, in either form of address, and asks nobody', async () => {
    const { port, keyFile, knownHosts, stop } = await startSshd();
    room.keep({ close: stop });
    const user = userInfo().username;
    const src = `ssh://${user}@127.0.0.1:${port}${root()}/open.git`;
    const unknown = await room.sources().of.git.versions(room.wanted('git', src)).catch(String);
    expect(unknown).toMatch(/requirements.yml:2:5: git: .*Host key verification failed/);
    const ssh = `ssh -F /dev/null -i ${keyFile} -o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes`;
    room.environment.GIT_SSH_COMMAND = ssh;
    await holds(src);
    room.environment.GIT_SSH_COMMAND = `${ssh} -p ${port}`;
    const short = room.wanted('git', `${user}@127.0.0.1:${root()}/open.git`);
    expect(await room.sources().of.git.versions(short)).toHaveLength(2);
  });

  it('gives roles over HTTP, and closed ones to who has the password', async () => {
    const http = room.keep(await startGitHttp(join(room.folder, 'http'), root(), password));
    await holds(`http://${http.address}/open.git`);
    const closed = `http://${http.address}/private/closed.git`;
    await holds(closed, { credentials: { username: 'amy', password } });
    const refused = await room.sources().of.git.versions(room.wanted('git', closed)).catch(String);
    expect(refused).toMatch(/requirements.yml:2:5: git: fatal: (?:could not read Username|Authentication failed)/);
    const wrong = { credentials: { username: 'amy', password: 'canary-wrong' } };
    const denied = await room
      .sources()
      .of.git.versions(room.wanted('git', closed, wrong))
      .catch(String);
    expect(denied).toMatch(/Authentication failed/);
    expect(`${refused} ${denied}`).not.toMatch(/canary/);
    const none = room.wanted('git', `http://${http.address}/none.git`);
    await expect(room.sources().of.git.versions(none)).rejects.toThrow(/none.git.* not found/);
  });
});
