import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newFolder } from './new-folder.ts';
import { hashTree } from './tree.ts';

/** One role or collection in the cache: never changed once it is there. */
export interface Cached {
  /** What its source said it is: `sha256:…` or a commit. */
  readonly integrity: string;
  /** The role or collection itself. */
  readonly folder: string;
  /** The hash of its content when it was put in. */
  readonly tree: string;
}

/**
 * Roles and collections by what they are, shared by all projects of a user. A thing is made in a folder of its own and
 * renamed to its place as a whole, so that it is there or not: runs at once and runs that are killed leave the cache whole.
 */
export class Cache {
  readonly #folder: string;

  /** `folder` is made when something is put in. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined where it is not there, or is not any more what was put in. */
  async find(integrity: string, subfolder = ''): Promise<Cached | undefined> {
    const place = this.#place(integrity, subfolder);
    const tree = await readFile(join(place, 'tree'), 'utf8').catch(() => undefined);
    return tree === undefined ? undefined : { integrity, folder: join(place, 'content'), tree: tree.trim() };
  }

  /** As `find`, and holds what is there against its hash; what has changed is thrown away. */
  async findWhole(integrity: string, subfolder = ''): Promise<Cached | undefined> {
    const found = await this.find(integrity, subfolder);
    if (!found) return undefined;
    if ((await hashTree(found.folder).catch(() => undefined)) === found.tree) return found;
    await this.drop(found);
    return undefined;
  }

  /** Removes what was found not to be what was put in. */
  async drop({ folder }: Cached): Promise<void> {
    const fresh = await newFolder(join(this.#folder, 'new'));
    // Another run may have thrown it away already.
    await rename(join(folder, '..'), join(fresh, 'gone')).catch(() => {});
    await rm(fresh, { recursive: true, force: true });
  }

  /** Has `make` fill a new folder and tell what it is, and keeps that. Where `make` throws, nothing stays. */
  async put(make: (into: string) => Promise<{ readonly integrity: string }>, subfolder = ''): Promise<Cached> {
    const fresh = await newFolder(join(this.#folder, 'new'));
    try {
      const content = join(fresh, 'content');
      await mkdir(content);
      const { integrity } = await make(content);
      const tree = await hashTree(content);
      await writeFile(join(fresh, 'tree'), `${tree}\n`);
      const place = this.#place(integrity, subfolder);
      await mkdir(join(place, '..'), { recursive: true });
      try {
        await rename(fresh, place);
      } catch (error) {
        // Another run was quicker, and put in the same.
        if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
      return { integrity, folder: join(place, 'content'), tree };
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }

  /** Whether a key was found to have signed this, once. */
  async isSigned(integrity: string, fingerprint: string): Promise<boolean> {
    return access(this.#signature(integrity, fingerprint)).then(
      () => true,
      () => false,
    );
  }

  /** Remembers it. What is signed never changes, so it need not be asked again, and can't be offline. */
  async keepSigned(integrity: string, fingerprint: string): Promise<void> {
    const place = this.#signature(integrity, fingerprint);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await writeFile(place, '');
  }

  #signature(integrity: string, fingerprint: string): string {
    if (!/^[0-9a-f]{64}$/.test(fingerprint)) throw new Error(`${fingerprint} is no fingerprint`);
    return join(this.#folder, 'signed', fingerprint, keyOf(integrity));
  }

  #place(integrity: string, subfolder: string): string {
    const inner = subfolder === '' ? '' : `-${createHash('sha256').update(subfolder).digest('hex').slice(0, 16)}`;
    const key = keyOf(integrity);
    return join(this.#folder, 'content', key.slice(0, 9), key + inner);
  }
}

/** An integrity as the name of a file or folder. */
const keyOf = (integrity: string): string => {
  const key = integrity.replace(/^sha256:/, 'sha256-');
  if (!/^(?:sha256-)?[0-9a-f]{40,64}$/.test(key)) throw new Error(`${integrity} is no integrity`);
  return key;
};
