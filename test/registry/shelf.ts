import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { Cache } from '../../src/registry/cache.ts';
import { Project } from '../../src/registry/project.ts';
import type { Offer, Source, SourceKind, Sources, Wanted } from '../../src/registry/source.ts';
import { semverOf } from '../../src/registry/version.ts';
import { UserError } from '../../src/util/diagnostic.ts';

/** Files of a role or collection by path. */
export type Files = Readonly<Record<string, string>>;

/** Roles and collections of a test, as if a registry had them; counts what is asked. */
export class Shelf implements Sources {
  readonly asked: string[] = [];
  readonly #things = new Map<string, Map<string, Files>>();

  /** A role with its dependencies as `name range` or `{src…}` in JSON. */
  role(src: string, version: string, dependencies: readonly (string | object)[] = [], files: Files = {}): this {
    const entries = dependencies.map((each) => {
      if (typeof each !== 'string') return each;
      const [name, ...range] = each.split(' ');
      return range.length > 0 ? { src: name, version: range.join(' ') } : { src: name };
    });
    const lines = entries.map((each) => `  - ${JSON.stringify(each)}`);
    const meta = lines.length > 0 ? `dependencies:\n${lines.join('\n')}\n` : 'dependencies: []\n';
    const tasks = `- debug: {msg: ${JSON.stringify(`${src} ${version}`)}}\n`;
    return this.put(src, version, { 'meta/main.yml': meta, 'tasks/main.yml': tasks, ...files });
  }

  put(src: string, version: string, files: Files): this {
    this.#things.set(src, (this.#things.get(src) ?? new Map()).set(version, files));
    return this;
  }

  get of(): Readonly<Record<SourceKind, Source>> {
    const one = (kind: SourceKind): Source => ({
      kind,
      versions: async (wanted) => {
        this.asked.push(`versions ${wanted.src}`);
        const single = kind === 'archive' || kind === 'folder';
        return single ? [] : [...(this.#things.get(wanted.src)?.keys() ?? [])].map(offer);
      },
      fetch: async (wanted, { version, integrity }, into) => {
        this.asked.push(`fetch ${wanted.src} ${version}`.trim());
        const all = [...(this.#things.get(wanted.src) ?? [])];
        const found = all.find(([name, files]) => name === version || digest(files) === integrity);
        if (!found) throw missing(wanted, version);
        for (const [path, text] of Object.entries(found[1])) {
          mkdirSync(join(into, dirname(path)), { recursive: true });
          writeFileSync(join(into, path), text);
        }
        return { integrity: digest(found[1]) };
      },
    });
    const kinds: readonly SourceKind[] = ['oci', 'git', 'galaxy', 'archive', 'folder'];
    return Object.fromEntries(kinds.map((kind) => [kind, one(kind)])) as Record<SourceKind, Source>;
  }

  async close(): Promise<void> {}
}

const offer = (version: string): Offer => ({ version, semver: semverOf(version) });
const digest = (files: Files): string => `sha256:${createHash('sha256').update(JSON.stringify(files)).digest('hex')}`;
const missing = ({ src, position }: Wanted, version: string): UserError =>
  new UserError({ severity: 'error', message: `${src} has no ${version}`, position });

/** A folder that is gone after the tests of the file. */
export const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-bm-registry-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A project in `folder` with these requirements, its cache in the folder, too. */
export const projectIn = (
  folder: string,
  requirements: string | undefined,
  sources: Sources,
  options: { readonly offline?: boolean; readonly cache?: string; readonly keyFile?: string | undefined } = {},
): Project => {
  if (requirements !== undefined) writeFileSync(join(folder, 'requirements.yml'), requirements);
  return new Project({
    file: join(folder, 'requirements.yml'),
    places: { roles: join(folder, 'roles'), collections: join(folder, 'collections') },
    cache: new Cache(options.cache ?? join(folder, 'cache')),
    sources: async () => sources,
    offline: options.offline,
    keyFile: options.keyFile,
  });
};
