import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Decrypt, isDirectory, isFile, readVarsFile, variableExtensions, varsFilesIn } from '../language/files.ts';
import type { Vars } from '../language/playbook.ts';
import { Reading } from '../language/reading.ts';
import type { Diagnostic } from '../util/diagnostic.ts';

export interface VarsFile {
  readonly file: string;
  readonly vars: Vars;
}

/** Reads `group_vars/NAME` and `host_vars/NAME` beside inventories and playbooks, each once. */
export class VarsFolders {
  /** Warnings of the files that were read so far. */
  readonly warnings: Diagnostic[] = [];
  readonly #cache = new Map<string, readonly VarsFile[]>();
  readonly #decrypt: Decrypt | undefined;

  constructor(decrypt?: Decrypt) {
    this.#decrypt = decrypt;
  }

  /**
   * The files for one name, weakest first: the folder NAME with all that is in it, or else the first that there is of NAME,
   * NAME.yml, NAME.yaml, NAME.json. Throws a UserError where a file can't be read.
   */
  read(folder: string, kind: 'group_vars' | 'host_vars', name: string): readonly VarsFile[] {
    const base = join(folder, kind);
    const path = join(base, name);
    let files = this.#cache.get(path);
    if (!files) {
      files = this.#hasFolder(base) && !name.includes('/') ? this.#readPath(path) : [];
      this.#cache.set(path, files);
    }
    return files;
  }

  /** Every name that any file in `group_vars/` and `host_vars/` of a folder sets, whosever it is. */
  names(folder: string): ReadonlySet<string> {
    const names = new Set<string>();
    for (const kind of ['group_vars', 'host_vars'] as const) {
      const base = join(folder, kind);
      if (!this.#hasFolder(base)) continue;
      const entries = readdirSync(base).filter((name) => !name.startsWith('.') && !name.endsWith('~'));
      for (const entry of new Set(entries.map((name) => name.replace(/\.(ya?ml|json)$/, ''))))
        for (const { vars } of this.read(folder, kind, entry)) for (const name of vars.keys()) names.add(name);
    }
    return names;
  }

  #hasFolder(base: string): boolean {
    const known = this.#cache.get(base);
    if (known) return known.length > 0;
    const there = isDirectory(base);
    this.#cache.set(base, there ? [{ file: base, vars: new Map() }] : []);
    return there;
  }

  #readPath(path: string): readonly VarsFile[] {
    const files = isDirectory(path)
      ? varsFilesIn(path)
      : variableExtensions
          .map((end) => path + end)
          .filter(isFile)
          .slice(0, 1);
    const reading = new Reading();
    const found = files.map((file) => ({ file, vars: readVarsFile(reading, file, { decrypt: this.#decrypt }) }));
    reading.throwIfFailed();
    this.warnings.push(...reading.diagnostics);
    return found;
  }
}
