import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import { type Entry, YamlFile } from './document.ts';
import { isName, locate, type Written } from './locate.ts';
import type { Kind, Wanted } from './source.ts';

/** One entry of a requirements file, or one dependency that a role or collection declares. */
export interface Requirement extends Wanted {
  /** A collection whose name only its own files tell; `name` is then its address. */
  readonly nameless?: boolean | undefined;
  /** Where signatures of a collection lie, as Galaxy's format has them. */
  readonly signatures: readonly string[];
}

/**
 * Reads requirements.yml: a list of roles, or a mapping with `roles` and `collections`, each entry a text
 * (`src,version,name`) or a mapping, as Ansible's Galaxy guide describes; `include` takes in another file. Beyond it,
 * versions may be ranges, and `oci://` is an address. Throws a UserError with everything that is wrong.
 */
export const readRequirements = (file: string, place: Partial<EntryPlace> = {}): readonly Requirement[] => {
  const { root } = YamlFile.read(file);
  if (root.empty) return [];
  const inner = { folder: dirname(file), local: true, ...place, parents: [...(place.parents ?? []), file] };
  if (root.list) return readEntries('role', root.list, inner);
  if (!root.map) throw root.wrong('requirements are a list of roles, or a mapping with roles and collections');
  const odd = root.map.find(([key]) => key !== 'roles' && key !== 'collections');
  if (odd) throw unknownKey(root, odd[0], 'requirements have', ['roles', 'collections']);
  return (['role', 'collection'] as const).flatMap((kind) => {
    const entries = root.get(`${kind}s`);
    if (!entries || entries.empty) return [];
    if (!entries.list) throw entries.wrong(`${kind}s is a list`);
    return readEntries(kind, entries.list, inner);
  });
};

/** What entries are read against. */
export interface EntryPlace {
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** Whether paths of this machine may be named: what was fetched from elsewhere may not. */
  readonly local: boolean;
  /** The files that led here; none for a dependency, whose further keys are parameters of a role. */
  readonly parents?: readonly string[] | undefined;
}

/** The entries of a list, all errors told at once. */
export const readEntries = (kind: Kind, entries: readonly Entry[], place: EntryPlace): readonly Requirement[] => {
  const problems: Diagnostic[] = [];
  const found = entries.flatMap((entry) => {
    try {
      const read = readEntry(kind, entry, place);
      const path = place.local ? undefined : read.find(isLocal);
      if (path) throw entry.wrong(`what was fetched from elsewhere may not name a path of this machine: ${path.src}`);
      return read;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.diagnostics);
      return [];
    }
  });
  if (problems.length > 0) throw new UserError(problems);
  return found;
};

const readEntry = (kind: Kind, entry: Entry, place: EntryPlace): readonly Requirement[] => {
  const { folder, local, parents } = place;
  if (entry.text !== undefined) {
    const [text = '', version, name] = splitText(entry.text);
    return [require({ kind, text, version, name, folder }, entry, [])];
  }
  if (!entry.map) throw entry.wrong(`a ${kind} is a text or a mapping`);
  const include = entry.get('include')?.text;
  if (include !== undefined) {
    if (!parents || !local) throw entry.wrong('include is for requirements files');
    const file = resolve(folder, include);
    if (parents.includes(file)) throw entry.wrong(`${include} includes itself`);
    if (!existsSync(file)) throw entry.wrong(`there is no file ${file} to include`);
    return readRequirements(file, { parents });
  }
  const known = kind === 'role' ? roleKeys : collectionKeys;
  const odd = entry.map.find(([key]) => !known.includes(key));
  if (odd && parents) throw unknownKey(entry, odd[0], `a ${kind} has`, known);
  const text = (key: string): string | undefined => entry.get(key)?.text;
  const signatures = entry.get('signatures')?.list?.flatMap((each) => each.text ?? []) ?? [];
  const version = text('version');
  if (kind === 'role') {
    const src = text('src') ?? text('role') ?? text('name');
    if (src === undefined) throw entry.wrong('a role needs src');
    const [address = '', inText, nameInText] = splitText(src);
    const name = (text('src') === undefined ? undefined : text('name')) ?? nameInText;
    const written = { kind, text: address, version: version ?? inText, name, type: text('scm'), folder };
    return [require(written, entry, signatures)];
  }
  const type = text('type');
  const [name, source] = [text('name'), text('source')];
  const elsewhere = type !== undefined && type !== 'galaxy' && source !== undefined;
  const address = elsewhere ? source : (name ?? source);
  if (address === undefined) throw entry.wrong('a collection needs a name');
  if (type === 'subdirs' && local) return collectionsIn(resolve(folder, address), entry);
  const [where = '', inText] = splitText(address);
  const server = !elsewhere && source !== undefined && name !== undefined ? source : undefined;
  if (server !== undefined && !/^https?:\/\//.test(server))
    throw (entry.get('source') as Entry).wrong(`'${server}' is not a URL`, 'write the URL of the Galaxy server');
  const written = { kind, text: where, version: version ?? inText, name: elsewhere ? name : undefined, type, folder };
  return [require({ ...written, server }, entry, signatures)];
};

const roleKeys: readonly string[] = ['src', 'role', 'name', 'version', 'scm', 'signatures', 'include', 'path'];
const collectionKeys: readonly string[] = ['name', 'version', 'source', 'type', 'signatures'];

const unknownKey = (entry: Entry, key: string, who: string, known: readonly string[]): UserError => {
  const meant = nearest(key, known);
  const hint = meant === undefined ? `the keys are ${known.join(', ')}` : `did you mean ${meant}?`;
  return (entry.keyAt(key) ?? entry).wrong(`${who} no '${key}' here`, hint);
};

/** `src,version,name`; a comma inside a range (`>=1,<2`) parts nothing. */
const splitText = (text: string): readonly (string | undefined)[] => {
  const [src, ...rest] = text.split(',').map((part) => part.trim());
  if (rest.length === 0) return [src];
  const name = rest.length > 1 && /^[A-Za-z_]/.test(rest.at(-1) as string) ? rest.pop() : undefined;
  return [src, rest.join(',') || undefined, name];
};

const require = (written: Written, entry: Entry, signatures: readonly string[]): Requirement => {
  let found: ReturnType<typeof locate>;
  try {
    found = locate({ ...written, version: written.version === '' ? undefined : written.version });
  } catch (error) {
    throw entry.wrong((error as Error).message);
  }
  if (!found.nameless && !isName(found.kind, found.name))
    throw entry.wrong(
      `'${found.name}' can't be the name of a ${found.kind}`,
      found.kind === 'role' ? 'add name: with letters, digits, . _ and -' : 'a collection is called namespace.name',
    );
  return { ...found, position: entry.position, signatures };
};

const isLocal = ({ source, src }: Requirement): boolean =>
  source === 'folder' || ((source === 'archive' || source === 'git') && /^(?:\/|file:)/.test(src));

/** `type: subdirs`: every collection in a folder. */
const collectionsIn = (folder: string, entry: Entry): readonly Requirement[] => {
  if (!existsSync(folder)) throw entry.wrong(`there is no folder ${folder}`);
  return readdirSync(folder)
    .filter((name) => ['galaxy.yml', 'MANIFEST.json'].some((file) => existsSync(join(folder, name, file))))
    .map((name) => require({ kind: 'collection', text: `./${name}`, folder }, entry, []));
};
