import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Apply, Change, Look, Plan } from '../module.ts';
import { result } from '../read.ts';
import { askSumOf, sumOf } from '../shell/checksum.ts';
import { home, remotePath } from '../shell/path.ts';
import { put, readRecords } from '../shell/records.ts';
import { askStat, type FileStat, readStat, stat } from '../shell/stat.ts';
import {
  type AttributePlan,
  type AttributesFound,
  applyAttributes,
  attributeFunctions,
  attributeLook,
  planAttributes,
  readAttributesFound,
} from './attributes.ts';
import { hash, type WriteWanted, writeFunctions, writeText } from './write-file.ts';

/** A directory of the controller, and all that is in it. */
export interface TreeWanted extends Omit<WriteWanted, 'content' | 'name' | 'source'> {
  readonly source: string;
  /** What is in the directory is copied, not the directory itself. */
  readonly inside: boolean;
  readonly preserve: boolean;
  readonly entries: readonly Entry[];
  read(path: string): Uint8Array;
}

/** `path` is relative to the directory; parents come before what is in them. */
export interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly local: string;
  readonly mode: number;
  readonly target: string | undefined;
}

export interface TreeFound {
  readonly dest: string;
  readonly missing: readonly string[];
  readonly attributes: AttributesFound;
  /** By the entry's place in the list. */
  readonly stats: readonly (FileStat | undefined)[];
  readonly sums: readonly (string | undefined)[];
}

export const readTree = (directory: string, follow: boolean, below = ''): Entry[] =>
  readdirSync(join(directory, below))
    .sort()
    .flatMap((name): Entry[] => {
      const path = posix.join(below, name);
      const local = join(directory, path);
      const found = follow ? statSync(local) : lstatSync(local);
      const mode = found.mode & 0o7777;
      if (found.isSymbolicLink()) return [{ path, kind: 'link', local, mode, target: readlinkSync(local) }];
      if (!found.isDirectory()) return [{ path, kind: 'file', local, mode, target: undefined }];
      return [{ path, kind: 'directory', local, mode, target: undefined }, ...readTree(directory, follow, path)];
    });

const pathOf = (wanted: TreeWanted, dest: string, entry: Entry): string =>
  posix.join(dest, wanted.inside ? '' : basename(wanted.source), entry.path);

/** The directory itself is made like those in it. */
const entriesOf = (wanted: TreeWanted): readonly Entry[] => [
  ...(wanted.inside
    ? []
    : [{ path: '', kind: 'directory' as const, local: wanted.source, mode: 0o755, target: undefined }]),
  ...wanted.entries,
];

export const lookTree = (wanted: TreeWanted): Look<TreeFound> => {
  const entries = entriesOf(wanted);
  const sizes = entries.map(({ kind, local }) => (kind === 'file' ? wanted.read(local).length : undefined));
  const each = entries.map((entry, index) => {
    const path = pathOf(wanted, '.', entry);
    const size = sizes[index];
    const compare =
      size === undefined
        ? sh``
        : sh`
if [ -f "$kb_path" ]; then kb_sum_of ${size} "$kb_path"; kb_put ${`${index}sum`} "$kb_d"; fi`;
    return sh`kb_path=$kb_dest/${path}
kb_stat ${String(index)} "$kb_path"${compare}`;
  });
  const text = sh`kb_dest=${remotePath(wanted.dest.replace(/(?<=.)\/+$/, ''))}
kb_put dest "$kb_dest"
kb_new=$kb_dest
while [ "$kb_new" ] && [ ! -e "$kb_new" ]; do
  kb_put new "$kb_new"
  case $kb_new in */*) kb_new=\${kb_new%/*} ;; *) kb_new= ;; esac
done
printf umask=; umask; printf '\\0'
${attributeLook({ ...wanted.attributes, flags: undefined, context: undefined }, sh`"$kb_dest"`)}
if [ -d "$kb_dest" ]; then
:
${joinShell(each)}
fi
:`;
  return {
    script: {
      text,
      functions: [put, home, stat, sumOf, ...attributeFunctions],
      batches: entries.flatMap((entry, index) => {
        const path = pathOf(wanted, wanted.dest, entry);
        const size = sizes[index];
        return [askStat(path), ...(size === undefined ? [] : [askSumOf(size, path)])];
      }),
    },
    parse: (reply) => {
      const records = readRecords(reply);
      return {
        dest: records.fields.get('dest') as string,
        missing: records.all
          .filter(([key]) => key === 'new')
          .map(([, value]) => value)
          .reverse(),
        attributes: readAttributesFound(wanted.attributes, records, new Map()),
        stats: entries.map((_, index) => readStat(records, String(index))),
        sums: entries.map((_, index) => records.fields.get(`${index}sum`) || undefined),
      };
    },
  };
};

/** What one entry needs; nothing where it is as wanted. */
interface Step {
  readonly entry: Entry;
  readonly path: string;
  readonly own: AttributePlan;
  readonly before: FileStat | undefined;
  /** Undefined where the content is there already. */
  readonly content: Uint8Array | undefined;
  readonly make: boolean;
}

const stepsOf = (wanted: TreeWanted, found: TreeFound): Step[] =>
  entriesOf(wanted).flatMap((entry, index): Step[] => {
    const before = found.stats[index];
    if (before && !wanted.force && entry.kind !== 'directory') return [];
    const directory = entry.kind === 'directory';
    const mode = directory ? wanted.directoryMode : wanted.preserve ? entry.mode : wanted.attributes.mode;
    const fresh = { mode: (directory ? 0o777 : 0o666) & ~found.attributes.umask, directory };
    const own = planAttributes({ ...wanted.attributes, mode }, found.attributes, before, fresh);
    const content = entry.kind === 'file' ? wanted.read(entry.local) : undefined;
    const same = content !== undefined && found.sums[index] === hash('sha1', content) && before?.type === 'file';
    const make = directory ? before === undefined : entry.kind === 'link' ? before?.target !== entry.target : !same;
    const path = pathOf(wanted, found.dest, entry);
    if (!make && (own.changes.length === 0 || entry.kind === 'link')) return [];
    return [{ entry, path, own, before, content: same ? undefined : content, make }];
  });

export const planTree = (wanted: TreeWanted, found: TreeFound): Plan => {
  const steps = stepsOf(wanted, found);
  const changes = steps.flatMap((step): Change[] => [
    ...(step.make ? [{ what: step.path, before: step.before ? 'other content' : null, after: step.entry.kind }] : []),
    ...(step.before ? step.own.changes.map((change) => ({ ...change, what: `${step.path}: ${change.what}` })) : []),
  ]);
  const outcome = changes.length > 0 ? 'change' : 'nothing';
  return { outcome, changes, result: treeResult(wanted, found, changes.length > 0) };
};

const treeResult = (wanted: TreeWanted, found: TreeFound, changed: boolean) =>
  result({ changed, dest: `${found.dest.replace(/\/$/, '')}/`, src: wanted.source });

/** Every file in one message: their contents stand one after another on the script's standard input. */
export const applyTree = (wanted: TreeWanted, found: TreeFound): Apply => {
  const steps = stepsOf(wanted, found);
  const made = planAttributes({ ...wanted.attributes, mode: wanted.directoryMode }, found.attributes, undefined, {
    mode: 0o777 & ~found.attributes.umask,
    directory: true,
  });
  const roots = found.missing.map(
    (path) => sh`mkdir -- ${path} || exit
${applyAttributes(made, sh`${path}`)}`,
  );
  return {
    script: {
      text: joinShell([...roots, ...steps.map((step) => stepText(wanted, found, step)), sh`:`]),
      functions: writeFunctions,
      stdin: Buffer.concat(steps.flatMap((step) => step.content ?? [])),
    },
    finish: (reply) => {
      readRecords(reply);
      return treeResult(wanted, found, true);
    },
  };
};

const stepText = (
  wanted: TreeWanted,
  found: TreeFound,
  { entry, path, own, before, content, make }: Step,
): ShellText => {
  if (entry.kind === 'link') return sh`rm -f -- ${path} && ln -s -- ${entry.target ?? ''} ${path} || exit`;
  if (entry.kind === 'directory' || content === undefined) {
    return sh`${make ? sh`mkdir -- ${path} || exit` : sh`:`}
${applyAttributes(own, sh`${path}`)}`;
  }
  return writeText(path, content.length, {
    uid: found.attributes.uid,
    gid: found.attributes.gid,
    mode: own.mode,
    backup: wanted.backup && before !== undefined,
    validate: wanted.validate,
    unsafe: wanted.attributes.unsafeWrites,
  });
};
