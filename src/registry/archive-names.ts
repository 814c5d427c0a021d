import { posix } from 'node:path';

/** Why an entry of an archive is refused, as the end of a sentence that begins with the archive's name. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** What no terminal should be told by a name: control characters, and those that turn the direction of writing. */
const unprintable = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** As file systems have it: 255 bytes for one name. The whole path leaves room for the folder that it is put into. */
const nameLimit = 255;
const pathLimit = 1024;

/**
 * An entry's name as a path below the folder that it is unpacked into; empty for the folder itself. Throws Refused for what
 * leads out of it, and for what is not text.
 */
export const entryPath = (name: string): string => {
  if (name.includes('\ufffd')) throw new Refused(`has a name that is not UTF-8: ${shown(name)}`);
  if (unprintable.test(name)) throw new Refused(`has a name with control characters: ${shown(name)}`);
  if (name.startsWith('/')) throw new Refused(`has an absolute path: ${shown(name)}`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Refused(`has a path with ..: ${shown(name)}`);
  const path = parts.join('/');
  if (Buffer.byteLength(path) > pathLimit || parts.some((part) => Buffer.byteLength(part) > nameLimit))
    throw new Refused(`has a name that is too long: ${shown(name)}`);
  return path;
};

/**
 * Whether a path belongs to a Git repository's own files. Their settings name programs that `git` runs for whoever works in
 * that folder, so nothing that comes from elsewhere may bring them.
 */
export const isGitOwn = (path: string): boolean => path.split('/').some((part) => part.toLowerCase() === '.git');

/** The names that an archive has used so far, also as a file system sees them that takes upper for lower case. */
export class Names {
  readonly #kinds = new Map<string, 'folder' | 'file' | 'link'>();
  readonly #folded = new Map<string, string>();

  /** Takes a name and the folders above it. Throws Refused where a file is named twice, or two names differ by case only. */
  take(path: string, kind: 'folder' | 'file' | 'link'): void {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
      this.#put(path.slice(0, end), 'folder');
    this.#put(path, kind);
  }

  isFile(path: string): boolean {
    return this.#kinds.get(path) === 'file';
  }

  #put(path: string, kind: 'folder' | 'file' | 'link'): void {
    const before = this.#kinds.get(path);
    if (before === 'folder' && kind === 'folder') return;
    if (before === 'link' && kind === 'folder') throw new Refused(`puts a file behind a link: ${shown(path)}`);
    if (before) throw new Refused(`has a name twice: ${shown(path)}`);
    const folded = path.normalize('NFC').toLowerCase();
    const twin = this.#folded.get(folded);
    if (twin !== undefined)
      throw new Refused(`has names that differ by upper and lower case only: ${shown(twin)} and ${shown(path)}`);
    this.#kinds.set(path, kind);
    this.#folded.set(folded, path);
  }
}

/**
 * Throws Refused unless each symbolic link (path → target) stays below the folder, with the other links followed: `a -> b/..`
 * is not where it looks to be, when `b` is a link as well. What a link leads to need not be there.
 */
export const checkLinks = (links: ReadonlyMap<string, string>): void => {
  for (const [path, target] of links) {
    if (target.includes('\ufffd') || unprintable.test(target))
      throw new Refused(`has a link to a name that is not text: ${shown(path)}`);
    const found = follow(posix.dirname(path), target, links);
    if (found === 'outside') throw new Refused(`has a link that leads out of it: ${shown(path)} -> ${shown(target)}`);
    if (found === 'circle') throw new Refused(`has links in a circle: ${shown(path)} -> ${shown(target)}`);
  }
};

/** As many as Linux follows (path_resolution(7)). */
const followLimit = 40;

const follow = (
  folder: string,
  target: string,
  links: ReadonlyMap<string, string>,
): 'inside' | 'outside' | 'circle' => {
  if (target.startsWith('/')) return 'outside';
  const at = folder === '.' ? [] : folder.split('/');
  const todo = target.split('/').reverse();
  for (let followed = 0; todo.length > 0; ) {
    const part = todo.pop() as string;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.length === 0) return 'outside';
      at.pop();
      continue;
    }
    at.push(part);
    const next = links.get(at.join('/'));
    if (next === undefined) continue;
    if (next.startsWith('/')) return 'outside';
    if (++followed > followLimit) return 'circle';
    at.pop();
    todo.push(...next.split('/').reverse());
  }
  return 'inside';
};

/** A hostile name in a message: with its control characters as JSON writes them, and no longer than a line. */
export const shown = (name: string): string => {
  const text = JSON.stringify(name)
    .slice(1, -1)
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
};
