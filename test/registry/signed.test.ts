import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pinnedCollection } from '../../src/registry/pinned.ts';
import { fingerprintOf } from '../../src/registry/signing.ts';
import type { Sources } from '../../src/registry/source.ts';
import { UserError } from '../../src/util/diagnostic.ts';
import { projectIn, Shelf, temporary } from './shelf.ts';

/** A shelf whose registry was opened with a key that has signed everything, or nothing. */
const signedShelf = (shelf: Shelf, key: KeyObject, signed = true): Sources => ({
  of: {
    ...shelf.of,
    oci: {
      ...shelf.of.oci,
      fetch: async (wanted, offer, into) => ({
        ...(await shelf.of.oci.fetch(wanted, offer, into)),
        signedBy: fingerprintOf(key),
      }),
      signedBy: async ({ src }) => {
        shelf.asked.push(`signature ${src}`);
        if (!signed) throw new UserError({ severity: 'error', message: `${src} has no signature` });
        return fingerprintOf(key);
      },
    },
  },
  close: async () => {},
});

const keyIn = (folder: string): { readonly keyFile: string; readonly key: KeyObject } => {
  const { publicKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyFile = join(folder, 'cosign.pub');
  writeFileSync(keyFile, key.export({ format: 'pem', type: 'spki' }));
  return { keyFile, key };
};

const text = '- src: oci://r.example/web\n- src: acme.common\n';
const shelfOf = (): Shelf => new Shelf().role('oci://r.example/web', '1.0.0').role('acme.common', '1.0.0');

it('holds what was brought without a key against it once one is wanted, and remembers', async () => {
  const [folder, keys] = [temporary(), temporary()];
  const { keyFile, key } = keyIn(keys);
  const shelf = shelfOf();
  await projectIn(folder, text, shelf).install();
  const offline = projectIn(folder, text, shelf, { keyFile, offline: true }).install();
  await expect(offline).rejects.toThrow(/web was never held against the key .*cosign.pub, and its signature can't be/);
  const refused = projectIn(folder, text, signedShelf(shelf, key, false), { keyFile }).install();
  await expect(refused).rejects.toThrow('oci://r.example/web has no signature');
  shelf.asked.length = 0;
  const again = async (options = {}) =>
    (await projectIn(folder, text, signedShelf(shelf, key), { keyFile, ...options }).install()).changes;
  expect((await again()).map(({ what }) => what)).toEqual(['kept', 'kept']);
  expect(shelf.asked).toEqual(['signature oci://r.example/web']);
  expect((await again({ offline: true })).map(({ what }) => what)).toEqual(['kept', 'kept']);
  expect(shelf.asked).toHaveLength(1);
  // Another key has signed nothing yet.
  const other = keyIn(temporary());
  await expect(again({ keyFile: other.keyFile, offline: true })).rejects.toThrow('was never held against the key');
});

it('keeps nothing of what a key has not signed, and takes what it has in a single question', async () => {
  const [folder, other] = [temporary(), temporary()];
  const { keyFile, key } = keyIn(folder);
  const shelf = shelfOf();
  await projectIn(folder, text, signedShelf(shelf, key), { keyFile }).install();
  expect(shelf.asked.filter((each) => each.startsWith('signature'))).toEqual([]);
  // From the cache into another project, offline.
  writeFileSync(join(other, 'requirements.yml'), text);
  const cache = join(folder, 'cache');
  await projectIn(other, text, shelf, { keyFile, cache }).install();
  expect(readdirSync(join(other, 'roles')).sort()).toEqual(['acme.common', 'web']);
});

it('says that a key can not be read', async () => {
  const folder = temporary();
  const options = { keyFile: join(folder, 'none.pub') };
  await projectIn(folder, text, shelfOf()).install();
  await expect(projectIn(folder, text, shelfOf(), options).install()).rejects.toThrow(
    /none.pub cannot be read: there is no such file/,
  );
});

it('settles what an inventory pins, and takes it from the cache and the lock thereafter', async () => {
  const folder = temporary();
  const files = (version: string) => ({
    'galaxy.yml': `namespace: k8s_bm\nname: cluster\nversion: ${version}\n`,
    'playbooks/deploy.yml': `# ${version}\n`,
  });
  const address = 'oci://r.example/k8s/cluster';
  const shelf = new Shelf().put(address, '1.4.0', files('1.4.0')).put(address, '1.5.0', files('1.5.0'));
  const position = { file: join(folder, 'lab.yml'), line: 3, column: 5 };
  const pinned = (version: string, options = {}) =>
    pinnedCollection(projectIn(folder, undefined, shelf, options), `${address}@${version}`, position);
  const first = await pinned('1.4.0');
  expect(first.lockChanged).toBe(true);
  expect(readdirSync(first.folder)).toEqual(['galaxy.yml', 'playbooks']);
  shelf.asked.length = 0;
  expect(await pinned('1.4.0', { offline: true })).toEqual({ ...first, lockChanged: false });
  expect(shelf.asked).toEqual([]);
  const newer = await pinned('1.5.0');
  expect(newer.folder).not.toBe(first.folder);
  const lock = projectIn(folder, undefined, shelf).lock();
  expect([...(lock?.references ?? [])]).toEqual([[`${address}@1.5.0`, 'collection k8s_bm.cluster']]);
  for (const loose of ['^1', 'latest', ''])
    await expect(pinned(loose)).rejects.toThrow(/lab.yml:3:5: .* is not (?:pinned to one version in a registry|oci:)/);
  // Somebody moved the tag.
  const liar = new Shelf().put(address, '1.5.0', { ...files('1.5.0'), 'roles/evil/tasks/main.yml': '[]' });
  const moved = projectIn(folder, undefined, liar, { cache: join(folder, 'empty') });
  await expect(pinnedCollection(moved, `${address}@1.5.0`, position)).rejects.toThrow(/is not what the lock says/);
});
