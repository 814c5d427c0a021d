import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { type Entry, YamlFile } from './document.ts';
import { isName } from './locate.ts';
import { type EntryPlace, type Requirement, readEntries, readRequirements } from './requirements.ts';
import type { Kind } from './source.ts';

/** What the files of a role or collection say of it. */
export interface Contents {
  /** A collection's `namespace.name`; a role's own name where its meta data have one. */
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  readonly dependencies: readonly Requirement[];
}

/**
 * Reads what a role or collection in a folder depends on: a role's meta/main.yml and meta/requirements.yml, a collection's
 * galaxy.yml or MANIFEST.json. A dependency by a name without a dot is a role of the same project or collection, as
 * for Galaxy, and left out. Throws a UserError where the folder is no such thing.
 */
export const readContents = (kind: Kind, place: EntryPlace, asked: Position): Contents =>
  kind === 'role' ? roleContents(place, asked) : collectionContents(place, asked);

const roleContents = (place: EntryPlace, asked: Position): Contents => {
  const { folder } = place;
  const parts = ['tasks', 'meta', 'handlers', 'defaults', 'vars', 'templates', 'files', 'library'];
  if (!parts.some((part) => existsSync(join(folder, part)))) throw notOne('role', `none of ${parts.join(', ')}`, asked);
  const meta = firstOf(folder, ['meta/main.yml', 'meta/main.yaml']);
  const root = meta === undefined ? undefined : YamlFile.read(meta).root;
  const info = root?.get('galaxy_info');
  const listed = root?.get('dependencies');
  const entries = (listed?.list ?? []).filter((entry) => !isLocal(entry));
  const requirements = firstOf(folder, ['meta/requirements.yml', 'meta/requirements.yaml']);
  return {
    name: info?.get('role_name')?.text,
    version: info?.get('version')?.text,
    description: info?.get('description')?.text,
    dependencies: [
      // A dependency's other keys are parameters of the role, so they are none of ours.
      ...readEntries('role', entries, place),
      ...(requirements ? readRequirements(requirements, place) : []),
    ],
  };
};

const collectionContents = (place: EntryPlace, asked: Position): Contents => {
  const { folder } = place;
  const file = firstOf(folder, ['MANIFEST.json', 'galaxy.yml', 'galaxy.yaml']);
  if (!file) throw notOne('collection', 'neither MANIFEST.json nor galaxy.yml', asked);
  const { root } = YamlFile.read(file);
  const about = file.endsWith('.json') ? root.get('collection_info') : root;
  const text = (key: string): string | undefined => about?.get(key)?.text;
  const name = `${text('namespace')}.${text('name')}`;
  if (!about || !isName('collection', name)) throw root.wrong('this names no namespace and name of a collection');
  const dependencies = about.get('dependencies')?.map ?? [];
  return {
    name,
    version: text('version'),
    description: text('description'),
    dependencies: dependencies.flatMap(([text, version]) => {
      if (!text.includes('/')) {
        if (!isName('collection', text)) throw version.wrong(`'${text}' is not the name of a collection`);
        const wanted = { kind: 'collection', name: text, source: 'galaxy', src: text } as const;
        return [{ ...wanted, version: version.text, position: version.position, signatures: [] }];
      }
      const wanted = readTextDependency(text, version, place);
      return wanted ? [wanted] : [];
    }),
  };
};

/** A collection may depend on one in a git repository: the key is its address. */
const readTextDependency = (text: string, version: Entry, place: EntryPlace): Requirement | undefined => {
  const file = new YamlFile(version.position.file, JSON.stringify([{ name: text, version: version.text ?? '*' }]));
  const [entry] = file.root.list ?? [];
  const [wanted] = entry ? readEntries('collection', [entry], place) : [];
  return wanted && { ...wanted, position: version.position };
};

const isLocal = (entry: Entry): boolean => {
  const name = entry.text ?? entry.get('src')?.text ?? entry.get('role')?.text ?? entry.get('name')?.text ?? '';
  const [bare = ''] = name.split(',');
  return /^[\w-]+$/.test(bare) || /\{\{/.test(bare) || /^[\w]+\.[\w]+\.[\w.]+$/.test(bare);
};

const firstOf = (folder: string, names: readonly string[]): string | undefined =>
  names.map((name) => join(folder, name)).find((path) => existsSync(path));

const notOne = (kind: Kind, why: string, position: Position): UserError =>
  new UserError({ severity: 'error', message: `what is there is not a ${kind}: it has ${why}`, position });
