import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { requireSignature } from '../../src/oci/cosign.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import { RegistryClient, type Repository } from '../../src/oci/registry-client.ts';
import { readPrivateKey, readPublicKey } from '../../src/oci/signature.ts';
import { isBundleSigned, makeBundle } from '../../src/oci/sigstore-bundle.ts';
import { RegistryServer } from './registry-server.ts';

/** Keys and signatures that cosign itself has made; README.md beside them says how. */
const folder = join(import.meta.dirname, '../fixtures/cosign');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const passphrase = 'passphrase of a test, ü';
const trusted = readPublicKey(read('cosign.pub'), 'cosign.pub');
const foreign = readPublicKey(read('p384.pub'), 'p384.pub');

interface Made {
  readonly digest: Digest;
  readonly manifests: Readonly<Record<string, string>>;
  readonly blobs: Readonly<Record<string, string>>;
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A registry that has what cosign made, with or without the API for what refers to a digest. */
const holding = async (made: Made, referrers: boolean): Promise<Repository> => {
  const server = new RegistryServer({ referrers });
  const client = new RegistryClient(await server.listen(), { plainHttp: true });
  open.push(server, client);
  for (const [reference, text] of Object.entries(made.manifests)) {
    if (referrers && !reference.includes(':') && !reference.endsWith('.sig')) continue;
    const { mediaType } = JSON.parse(text) as { mediaType: string };
    server.manifests.set(`it:${reference}`, { type: mediaType, bytes: Buffer.from(text) });
  }
  for (const [digest, text] of Object.entries(made.blobs)) server.blobs.set(`it@${digest}`, Buffer.from(text));
  return client.repository('it');
};

/** A change that its own digests hide: of the payloads, and of all that name them. */
const tampered = (made: Made, change: (text: string) => string): Made => {
  let all = JSON.stringify(made);
  const replace = (before: string, after: string): void => {
    all = all.replaceAll(before, after);
  };
  for (const [before, text] of Object.entries(made.blobs)) {
    const changed = change(text);
    expect(changed).not.toBe(text);
    const now = JSON.parse(all) as Made;
    all = JSON.stringify({ ...now, blobs: { [before]: changed } });
    replace(
      `"size\\":${text.length},\\"digest\\":\\"${before}`,
      `"size\\":${changed.length},\\"digest\\":\\"${before}`,
    );
    replace(before, digestOf(changed));
  }
  for (const [reference, text] of Object.entries((JSON.parse(all) as Made).manifests))
    if (reference.includes(':')) replace(reference, digestOf(text));
  return JSON.parse(all) as Made;
};

describe.each(['tag', 'bundle', 'referrer'])('what cosign has signed, kept as a %s', (name) => {
  const made = JSON.parse(read(`${name}.json`)) as Made;

  it('is verified with its key, and with no other', async () => {
    for (const referrers of [true, false]) {
      const repository = await holding(made, referrers);
      await requireSignature(repository, made.digest, trusted);
      await expect(requireSignature(repository, made.digest, foreign)).rejects.toThrow(
        `has a signature for ${made.digest}, and none is of the key that is trusted`,
      );
    }
  });

  it('is refused where it was changed, or signs something else', async () => {
    const other = digestOf('something else');
    const moved = JSON.parse(
      JSON.stringify(made)
        .replaceAll(made.digest.replace(':', '-'), other.replace(':', '-'))
        .replace(`"digest":"${made.digest}"`, `"digest":"${other}"`),
    ) as Made;
    const changed = tampered(made, (text) =>
      name === 'bundle'
        ? text.replace(/"payload":"([^"]+)"/, (_, payload: string) => {
            const statement = Buffer.from(payload, 'base64').toString().replace(made.digest.slice(7), other.slice(7));
            return `"payload":"${Buffer.from(statement).toString('base64')}"`;
          })
        : text.replace(made.digest, other),
    );
    for (const each of [{ ...moved, digest: other }, { ...changed }])
      await expect(requireSignature(await holding(each, false), each.digest, trusted)).rejects.toThrow(
        /has a signature for .*, and none is of the key that is trusted/,
      );
  });
});

it('verifies what cosign signs with SHA-384, for a key of that curve', async () => {
  const made = JSON.parse(read('p384.json')) as Made;
  await requireSignature(await holding(made, false), made.digest, foreign);
  await expect(requireSignature(await holding(made, false), made.digest, trusted)).rejects.toThrow(
    /none is of the key/,
  );
});

it('takes what the key has stated otherwise for no signature', async () => {
  const made = JSON.parse(read('attestation.json')) as Made;
  await expect(requireSignature(await holding(made, true), made.digest, trusted)).rejects.toThrow(/none is of the key/);
});

describe('a private key of cosign', () => {
  it.each([
    ['cosign.key', trusted],
    ['p384.key', foreign],
  ])('is opened with its passphrase: %s', (name, publicKey) => {
    expect(createPublicKey(readPrivateKey(read(name), name, passphrase)).equals(publicKey)).toBe(true);
  });

  it('is refused in words', () => {
    const pem = read('cosign.key');
    expect(() => readPrivateKey(pem, 'cosign.key', 'wrong')).toThrow(/cosign.key is not opened by this passphrase/);
    expect(() => readPrivateKey(pem, 'cosign.key')).toThrow(
      'cosign.key is locked with a passphrase, and none is given',
    );
    expect(() => readPrivateKey(pem.replace(/^ey/m, 'xx'), 'cosign.key', passphrase)).toThrow(
      /cosign.key is not a private key in cosign's form or in PEM/,
    );
    const greedy = pem.replace(/-----\n([\s\S]*?)-----END/, (_, body: string) => {
      const text = Buffer.from(body, 'base64').toString().replace('"N":65536', '"N":1073741824');
      return `-----\n${Buffer.from(text).toString('base64')}\n-----END`;
    });
    expect(() => readPrivateKey(greedy, 'cosign.key', passphrase)).toThrow(/cosign.key is not a private key/);
  });
});

it('makes bundles in the form of those that cosign made', () => {
  const made = JSON.parse(read('bundle.json')) as Made;
  const theirs = Object.values(made.blobs)[0] as string;
  const ours = makeBundle(made.digest, readPrivateKey(read('cosign.key'), 'cosign.key', passphrase));
  expect(isBundleSigned(ours, made.digest, trusted)).toBe(true);
  // Each signature has a random number in it; all else is the same, to the byte.
  const withoutSignature = (text: string): string => text.replace(/"sig":"[^"]+"/, '"sig":""');
  expect(withoutSignature(ours.toString())).toBe(withoutSignature(theirs));
});
