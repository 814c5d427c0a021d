import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { requireSignature, signatureTag, signManifest } from '../../src/oci/cosign.ts';
import { type Descriptor, mediaTypes } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { listReferrers } from '../../src/oci/referrers.ts';
import { RegistryClient, type Repository } from '../../src/oci/registry-client.ts';
import { isSigned, readPrivateKey, readPublicKey, signDigest } from '../../src/oci/signature.ts';
import { RegistryServer, type ServerOptions } from './registry-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const curve = { namedCurve: 'P-256' } as const;
const amy = generateKeyPairSync('ec', curve);
const bob = generateKeyPairSync('ec', curve);

const repositoryWith = async (options: ServerOptions = {}) => {
  const server = new RegistryServer(options);
  const address = await server.listen();
  const client = new RegistryClient(address, { plainHttp: true, proxy: { http: '', https: '', none: '*' } });
  open.push(server, client);
  const repository = client.repository('k8s/etcd');
  return { server, repository, subject: await subjectIn(repository, '1.0.0') };
};

const subjectIn = async (repository: Repository, text: string): Promise<Descriptor> => {
  const config = Buffer.from(JSON.stringify({ text }));
  const descriptor = { mediaType: 'application/json', digest: digestOf(config), size: config.length };
  await repository.putBlob(descriptor, () => Readable.from([config]));
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: descriptor, layers: [] };
  return repository.putManifest(Buffer.from(JSON.stringify(manifest)), mediaTypes.manifest, text);
};

describe('a signature', () => {
  it('is of one key, for one digest', () => {
    const digest = digestOf('a');
    const signature = signDigest(digest, 'registry.example/etcd', amy.privateKey);
    expect(isSigned(signature, digest, amy.publicKey)).toBe(true);
    expect(isSigned(signature, digest, bob.publicKey)).toBe(false);
    expect(isSigned(signature, digestOf('b'), amy.publicKey)).toBe(false);
    const payload = Buffer.from(signature.payload.toString().replace('etcd', 'evil'));
    expect(isSigned({ ...signature, payload }, digest, amy.publicKey)).toBe(false);
    expect(isSigned({ ...signature, signature: 'no base64 of it' }, digest, amy.publicKey)).toBe(false);
  });

  it('is over the payload that the specification of cosign shows', () => {
    const digest = `sha256:${'ab'.repeat(32)}` as const;
    const { payload } = signDigest(digest, 'registry.example/etcd', amy.privateKey);
    expect(payload.toString()).toBe(
      `{"critical":{"identity":{"docker-reference":"registry.example/etcd"},"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`,
    );
  });

  it('is one that openssl makes and takes too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'k8s-bm-cosign-'));
    open.push({ close: () => rm(folder, { recursive: true }) });
    const file = (name: string) => join(folder, name);
    await execa('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('key')]);
    await execa('openssl', ['ec', '-in', file('key'), '-pubout', '-out', file('pub')]);
    const publicKey = readPublicKey(await readFile(file('pub'), 'utf8'), 'pub');
    const privateKey = readPrivateKey(await readFile(file('key'), 'utf8'), 'key');
    const { payload, signature } = signDigest(digestOf('a'), 'x', privateKey);
    await writeFile(file('payload'), payload);
    await writeFile(file('ours'), Buffer.from(signature, 'base64'));
    const check = ['dgst', '-sha256', '-verify', file('pub'), '-signature', file('ours'), file('payload')];
    expect((await execa('openssl', check)).stdout).toBe('Verified OK');
    await execa('openssl', ['dgst', '-sha256', '-sign', file('key'), '-out', file('theirs'), file('payload')]);
    const theirs = (await readFile(file('theirs'))).toString('base64');
    expect(isSigned({ payload, signature: theirs }, digestOf('a'), publicKey)).toBe(true);
  });

  it('may be of any key that cosign signs with', () => {
    const pairs = [
      generateKeyPairSync('ed25519'),
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
      generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ];
    for (const { privateKey, publicKey } of pairs)
      expect(isSigned(signDigest(digestOf('a'), 'x', privateKey), digestOf('a'), publicKey)).toBe(true);
  });
});

describe('a key', () => {
  const pem = (key: KeyObject, options: object = {}): string =>
    key.export({ format: 'pem', type: key.type === 'public' ? 'spki' : 'pkcs8', ...options }) as string;

  it('is read from PEM, with its passphrase', () => {
    const locked = pem(amy.privateKey, { cipher: 'aes-256-cbc', passphrase: 'open' });
    expect(createPublicKey(readPrivateKey(locked, 'k', 'open')).equals(amy.publicKey)).toBe(true);
    expect(readPublicKey(pem(amy.publicKey), 'k').equals(amy.publicKey)).toBe(true);
  });

  it('is refused in words', () => {
    const locked = pem(amy.privateKey, { cipher: 'aes-256-cbc', passphrase: 'open' });
    expect(() => readPrivateKey(locked, 'my.key', 'wrong')).toThrow(/my.key is not opened by this passphrase/);
    expect(() => readPrivateKey(locked, 'my.key')).toThrow(/my.key is locked with a passphrase, and none is given/);
    expect(() => readPrivateKey('nonsense', 'my.key')).toThrow(
      /my.key is not a private key in cosign's form or in PEM/,
    );
    expect(() => readPublicKey(pem(amy.privateKey), 'my.key')).toThrow(/my.key is a private key, and a public one/);
    expect(() => readPublicKey('nonsense', 'my.pub')).toThrow(/my.pub is not a public key in PEM/);
    const other = generateKeyPairSync('x25519').publicKey;
    expect(() => readPublicKey(pem(other), 'my.pub')).toThrow(/of the kind x25519/);
  });
});

describe.each(['tag', 'bundle'] as const)('what is signed in a registry, as a %s', (as) => {
  it('is found to be, by its key alone', async () => {
    const { repository, subject } = await repositoryWith();
    const named = `${repository.name} has`;
    await expect(requireSignature(repository, subject.digest, amy.publicKey)).rejects.toThrow(
      `${named} no signature for ${subject.digest}`,
    );
    await signManifest(repository, subject, amy, as);
    await requireSignature(repository, subject.digest, amy.publicKey);
    await expect(requireSignature(repository, subject.digest, bob.publicKey)).rejects.toThrow(
      `${named} a signature for ${subject.digest}, and none is of the key that is trusted`,
    );
  });

  it('keeps the signatures of others, and has each once', async () => {
    const { repository, subject } = await repositoryWith();
    for (const key of [amy, bob, amy]) await signManifest(repository, subject, key, as);
    await requireSignature(repository, subject.digest, amy.publicKey);
    await requireSignature(repository, subject.digest, bob.publicKey);
    const other = generateKeyPairSync('ec', curve).publicKey;
    await expect(requireSignature(repository, subject.digest, other)).rejects.toThrow(/has 2 signatures for/);
  });

  it('lends its signature to nothing else', async () => {
    const { repository, server, subject } = await repositoryWith();
    await signManifest(repository, subject, amy, as);
    const evil = await subjectIn(repository, 'evil');
    const tag = as === 'tag' ? signatureTag : (digest: string) => digest.replace(':', '-');
    const moved = server.manifests.get(`k8s/etcd:${tag(subject.digest)}`);
    server.manifests.set(`k8s/etcd:${tag(evil.digest)}`, moved as NonNullable<typeof moved>);
    await expect(requireSignature(repository, evil.digest, amy.publicKey)).rejects.toThrow(/none is of the key/);
  });
});

describe('what refers to a digest', () => {
  it('is known by the API of a registry, or by a tag where it has none', async () => {
    for (const referrers of [true, false]) {
      const { repository, server, subject } = await repositoryWith({ referrers });
      await signManifest(repository, subject, amy, 'bundle');
      const [entry, ...more] = await listReferrers(repository, subject.digest);
      expect(more).toEqual([]);
      expect(entry?.artifactType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
      expect(await listReferrers(repository, subject.digest, 'something/else')).toEqual([]);
      expect(server.manifests.has(`k8s/etcd:${subject.digest.replace(':', '-')}`)).toBe(!referrers);
      await requireSignature(repository, subject.digest, amy.publicKey);
    }
  });
});
