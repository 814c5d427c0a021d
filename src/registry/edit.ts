import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isCollection, isMap, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import { UserError } from '../util/diagnostic.ts';
import { type Entry, YamlFile } from './document.ts';
import { readEntries } from './requirements.ts';
import type { Kind } from './source.ts';

/** An entry of requirements.yml that is to be written. */
export interface NewEntry {
  readonly kind: Kind;
  readonly fields: Readonly<Record<string, string>>;
}

/** The text of requirements.yml with one more entry; all else, comments too, stays as it is. */
export const withEntry = (file: string, { kind, fields }: NewEntry): string => {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const yaml = new YamlFile(file, before);
  const { document } = yaml;
  if (document.contents === null || yaml.root.empty) {
    document.contents = document.createNode({ [`${kind}s`]: [fields] }) as unknown as typeof document.contents;
    return document.toString();
  }
  if (isSeq(document.contents) && kind === 'collection') {
    // The old form, a list of roles, has no place for collections.
    const roles = document.contents;
    document.contents = document.createNode({
      roles: [],
      collections: [fields],
    }) as unknown as typeof document.contents;
    (document.contents as unknown as YAMLMap).set('roles', roles);
    return document.toString({ lineWidth: 0 });
  }
  const list = isSeq(document.contents) ? document.contents : listOf(document.contents as unknown as YAMLMap, kind);
  if (list) list.add(document.createNode(fields));
  else (document.contents as unknown as YAMLMap).set(`${kind}s`, document.createNode([fields]));
  return document.toString({ lineWidth: 0 });
};

/** The text of requirements.yml without the entries called `name`; undefined where there is none. */
export const withoutEntry = (file: string, name: string, folder: string): string | undefined => {
  if (!existsSync(file)) return undefined;
  const yaml = YamlFile.read(file);
  const { root, document } = yaml;
  let removed = 0;
  for (const kind of ['role', 'collection'] as const) {
    const entries = root.list ? (kind === 'role' ? root : undefined) : root.get(`${kind}s`);
    const node = entries?.node;
    if (!entries?.list || !isSeq(node)) continue;
    const kept = entries.list.filter((entry) => !isCalled(entry, kind, name, folder)).map(({ node: each }) => each);
    removed += node.items.length - kept.length;
    keepLeadingComment(node, kept);
    node.items = kept;
  }
  return removed > 0 ? document.toString({ lineWidth: 0 }) : undefined;
};

/** Beside its place first, then renamed. */
export const writeRequirements = (file: string, text: string): void => {
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(fresh, text, { flush: true });
    renameSync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
};

const listOf = (map: YAMLMap, kind: Kind): YAMLSeq | undefined => {
  if (!isMap(map)) return undefined;
  const found = map.get(`${kind}s`, true);
  return isSeq(found) ? found : undefined;
};

/** A comment above a list's first entry belongs to the list in YAML's tree, one above another to that entry. */
const keepLeadingComment = (list: YAMLSeq, kept: readonly unknown[]): void => {
  const first = kept[0];
  if (list.items[0] !== first && isCollection(first) && list.commentBefore) list.commentBefore = null;
};

const isCalled = (entry: Entry, kind: Kind, name: string, folder: string): boolean => {
  try {
    const found = readEntries(kind, [entry], { folder, local: true });
    return found.some((each) => [each.name, each.src, entry.text].includes(name));
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
};
