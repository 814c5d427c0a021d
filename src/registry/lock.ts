import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Position } from '../util/position.ts';
import { type Entry, YamlFile } from './document.ts';
import { isName, withoutSecrets } from './locate.ts';
import type { Kind, Offer, SourceKind, Wanted } from './source.ts';
import { semverOf } from './version.ts';

/** What one depends on: whom, and the range it asked for. */
export interface Edge {
  readonly kind: Kind;
  readonly name: string;
  /** As written; `*` where nothing was. */
  readonly version: string;
}

/** One exact version of a role or collection, and where it is from. */
export interface Locked {
  readonly kind: Kind;
  readonly name: string;
  /** As the source names it; empty where it has no name for its one state. */
  readonly version: string;
  readonly source: SourceKind;
  readonly src: string;
  readonly server?: string | undefined;
  readonly subfolder?: string | undefined;
  readonly integrity: string;
  readonly dependencies: readonly Edge[];
  /** Where it stands in a lock that was read. */
  readonly position?: Position | undefined;
}

export interface Lock {
  readonly packages: ReadonlyMap<string, Locked>;
  /** What plays and inventories name by reference, with the key of what each became. */
  readonly references: ReadonlyMap<string, string>;
}

export const emptyLock: Lock = { packages: new Map(), references: new Map() };

/** A role and a collection may have one name. */
export const keyOf = ({ kind, name }: { readonly kind: Kind; readonly name: string }): string => `${kind} ${name}`;

/** What of a wish the lock keeps: nothing secret. Two are from one place where this is equal. */
export const placeOf = ({ source, src, server, subfolder }: Omit<Wanted, 'kind' | 'name' | 'position'>): string =>
  JSON.stringify([source, source === 'galaxy' ? src.toLowerCase() : withoutSecrets(src), server, subfolder]);

/** The locked version as what its source offers, and nothing else will be taken. */
export const offerOf = ({ version, integrity }: Locked): Offer => ({ version, semver: semverOf(version), integrity });

/** Reads requirements.lock; undefined where there is none. Throws a UserError for what is none, or newer than this. */
export const readLock = (file: string): Lock | undefined => {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const conflict = text.split('\n').findIndex((line) => /^(?:<{7}|>{7}|={7})/.test(line));
  const { root } = new YamlFile(file, conflict < 0 ? text : '');
  if (conflict >= 0)
    throw root.wrong(
      `line ${conflict + 1} is a conflict of a merge`,
      'keep either side whole and run k8s-bm role install, which brings the lock up to requirements.yml',
    );
  if (root.get('format')?.text !== '1')
    throw root.wrong(`this lock has the format ${root.get('format')?.text ?? 'of something else'}; 1 is read here`);
  const packages = new Map<string, Locked>();
  for (const kind of ['role', 'collection'] as const) {
    for (const [name, entry] of root.get(`${kind}s`)?.map ?? []) {
      const locked = readLocked(kind, name, entry, dirname(file));
      packages.set(keyOf(locked), locked);
    }
  }
  const references = new Map<string, string>();
  for (const [reference, entry] of root.get('references')?.map ?? []) {
    const name = entry.text ?? '';
    // Roles are called by their address here, collections by their name.
    const key = keyOf({ kind: name.includes('/') ? 'role' : 'collection', name });
    if (!packages.has(key)) throw entry.wrong(`the lock has no ${name}`);
    references.set(reference, key);
  }
  return { packages, references };
};

const readLocked = (kind: Kind, name: string, entry: Entry, folder: string): Locked => {
  const text = (key: string): string | undefined => entry.get(key)?.text;
  const need = (key: string): string => {
    const value = text(key);
    if (value === undefined) throw entry.wrong(`${name} has no ${key} in the lock`);
    return value;
  };
  if (!isName(kind, name) && !(kind === 'role' && name.includes('/')))
    throw entry.wrong(`'${name}' can't be the name of a ${kind}`);
  const source = need('from') as SourceKind;
  if (!['oci', 'git', 'galaxy', 'archive', 'folder'].includes(source)) throw entry.wrong(`'${source}' is no source`);
  const src = need('src');
  const integrity = need('integrity');
  if (!/^(?:sha256:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{64})$/.test(integrity))
    throw entry.wrong(`the integrity of ${name} is neither sha256:… nor a commit`);
  const edges = (key: string, to: Kind): Edge[] =>
    (entry.get(key)?.map ?? []).map(([inner, version]) => ({ kind: to, name: inner, version: version.text ?? '*' }));
  const subfolder = text('subfolder');
  if (subfolder?.split('/').includes('..')) throw entry.wrong(`'${subfolder}' leads out of ${name}`);
  const local = source !== 'galaxy' && /^\.{1,2}(?:\/|$)/.test(src);
  return {
    kind,
    name,
    version: text('version') ?? '',
    source,
    src: local ? resolve(folder, src) : src,
    server: text('server'),
    subfolder,
    integrity,
    position: entry.position,
    dependencies:
      kind === 'role'
        ? [...edges('dependencies', 'role'), ...edges('collections', 'collection')]
        : edges('dependencies', 'collection'),
  };
};

/**
 * The text of a lock: everything in order and one thing a line, so that changes of two people merge wherever they are not
 * about the same entry; paths relative to `folder`; nothing secret.
 */
export const formatLock = ({ packages, references }: Lock, folder: string): string => {
  const lines = ['# Written by k8s-bm role. Keep it with requirements.yml, and change that.', 'format: 1'];
  for (const kind of ['role', 'collection'] as const) {
    const all = [...packages.values()].filter((each) => each.kind === kind).sort(byName);
    if (all.length > 0) lines.push(`${kind}s:`, ...all.flatMap((each) => formatLocked(each, folder)));
  }
  const named = [...references].sort(([a], [b]) => (a < b ? -1 : 1));
  if (named.length > 0)
    lines.push(
      'references:',
      ...named.map(([text, key]) => `  ${scalar(text)}: ${scalar(packages.get(key)?.name ?? key)}`),
    );
  return `${lines.join('\n')}\n`;
};

/** Writes it beside its place and renames it. Returns whether anything changed. */
export const writeLock = (file: string, lock: Lock): boolean => {
  const text = formatLock(lock, dirname(file));
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(fresh, text, { flush: true });
    new YamlFile(fresh, readFileSync(fresh, 'utf8'));
    renameSync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
  return true;
};

const formatLocked = (each: Locked, folder: string): readonly string[] => {
  const src = isAbsolute(each.src) ? `./${relative(folder, each.src)}`.replace(/^\.\/\.\./, '..') : each.src;
  const lines = [`  ${scalar(each.name)}:`];
  const add = (key: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') lines.push(`    ${key}: ${scalar(value)}`);
  };
  add('version', each.version);
  add('from', each.source);
  add('src', withoutSecrets(src));
  add('server', each.server && withoutSecrets(each.server));
  add('subfolder', each.subfolder);
  add('integrity', each.integrity);
  for (const kind of ['role', 'collection'] as const) {
    const edges = each.dependencies.filter((edge) => edge.kind === kind).sort(byName);
    if (edges.length === 0) continue;
    lines.push(`    ${kind === each.kind ? 'dependencies' : 'collections'}:`);
    lines.push(...edges.map(({ name, version }) => `      ${scalar(name)}: ${scalar(version)}`));
  }
  return lines;
};

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

/** Quoted unless it is a text to every reader of YAML. */
const scalar = (text: string): string => {
  const word =
    /^[A-Za-z./][\w./:+-]*[\w/]$|^[A-Za-z]$/.test(text) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text);
  return word || /^\d+\.\d+\.\d+$/.test(text) || /^sha256:[0-9a-f]{64}$/.test(text) ? text : JSON.stringify(text);
};
