import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Fetched, Offer, SourceKind, Wanted } from '../../src/registry/source.ts';
import { type OpenSources, openSources } from '../../src/registry/sources/sources.ts';

/** A folder of a test's own, sources that read nothing of the machine but what it is given, and what they brought. */
export class SourceRoom {
  folder = '';
  environment: Record<string, string | undefined> = {};
  readonly #open: { close(): Promise<unknown> }[] = [];

  get home(): string {
    return join(this.folder, 'home');
  }

  /** Closed after the test. */
  keep<T extends { close(): Promise<unknown> }>(one: T): T {
    this.#open.push(one);
    return one;
  }

  sources(): OpenSources {
    return this.keep(openSources({ environment: this.environment, home: this.home }));
  }

  /** Writes files below the room: path → content. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), content);
    }
  }

  wanted(source: SourceKind, src: string, more: Partial<Wanted> = {}): Wanted {
    const position = { file: 'requirements.yml', line: 2, column: 5 };
    return { kind: 'role', name: 'etcd', source, src, position, ...more };
  }

  /** Fetches into a new folder; the files that came, path → content. Whatever fails must leave the folder empty. */
  async fetch(
    wanted: Wanted,
    offer: Partial<Offer> = {},
    sources = this.sources(),
  ): Promise<Fetched & { readonly files: Readonly<Record<string, string>> }> {
    const into = await mkdtemp(join(this.folder, 'into-'));
    try {
      const fetched = await sources.of[wanted.source].fetch(wanted, { version: '', semver: null, ...offer }, into);
      return { ...fetched, files: await filesIn(into) };
    } catch (error) {
      expect(await readdir(into)).toEqual([]);
      throw error;
    }
  }

  async enter(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'k8s-bm-sources-'));
    this.environment = { PATH: process.env.PATH, HOME: this.home, SSL_CERT_FILE: '/dev/null' };
    await mkdir(this.home);
  }

  async leave(): Promise<void> {
    for (const one of this.#open.splice(0).reverse()) await one.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A room for each test of a file. */
export const useSourceRoom = (): SourceRoom => {
  const room = new SourceRoom();
  beforeEach(() => room.enter());
  afterEach(() => room.leave());
  return room;
};

const filesIn = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const);
  return Object.fromEntries((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)));
};
