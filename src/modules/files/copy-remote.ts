import { posix } from 'node:path';
import type { Dict } from '../../template/values.ts';
import { joinShell, sh } from '../../transport/shell/quote.ts';
import type { ShellFunction } from '../../transport/transport.ts';
import { type Apply, type Look, type ModuleContext, ModuleFailure, type Plan } from '../module.ts';
import { result } from '../read.ts';
import { sum } from '../shell/checksum.ts';
import { home, remotePath } from '../shell/path.ts';
import { put, readRecords } from '../shell/records.ts';
import { type FileStat, readStat, stat } from '../shell/stat.ts';
import {
  type AttributesFound,
  applyAttributes,
  attributeFunctions,
  attributeLook,
  chmodDigits,
  planAttributes,
  readAttributesFound,
} from './attributes.ts';
import { pathResult } from './path-result.ts';
import { validation, validationFailure } from './validate.ts';
import { type WriteWanted, writeFunctions } from './write-file.ts';

/** What is on the host already, copied to another of its paths. */
export interface RemoteWanted extends Omit<WriteWanted, 'content' | 'name' | 'source'> {
  readonly src: string;
  readonly preserve: boolean;
}

export interface RemoteFound {
  readonly src: string;
  readonly srcStat: FileStat | undefined;
  /** The file, or the directory that the tree is copied to. */
  readonly path: string;
  readonly stat: FileStat | undefined;
  /** The directory that a tree is copied into was there. */
  readonly existed: boolean;
  readonly same: boolean;
  readonly sha1: string | undefined;
  readonly md5: string | undefined;
  /** Of a tree: what is missing or differs, relative to it. */
  readonly directories: readonly string[];
  readonly files: readonly string[];
  readonly links: readonly string[];
  readonly attributes: AttributesFound;
}

export const lookRemote = (wanted: RemoteWanted): Look<RemoteFound> => {
  const inside = wanted.src.endsWith('/');
  const name = posix.basename(wanted.src);
  const text = sh`kb_src=${remotePath(wanted.src)}
kb_path=${remotePath(wanted.dest)}
kb_put src "$kb_src"
kb_stat src_ "$kb_src" -L
if [ -d "$kb_src" ]; then
  if [ -e "$kb_path" ]; then kb_put existed 1; fi
  ${inside ? sh`:` : sh`kb_path=\${kb_path%/}/${name}`}
  cd -- "$kb_src" && find . -mindepth 1 -exec sh -c ${compareTree} sh "$kb_path" {} +
else
  if ${wanted.dest.endsWith('/') ? sh`:` : sh`[ -d "$kb_path" ]`}; then kb_path=\${kb_path%/}/${name}; fi
  ${wanted.follow ? sh`if [ -L "$kb_path" ]; then kb_path=$(readlink -f -- "$kb_path"; printf .); kb_path=\${kb_path%?.}; fi` : sh`:`}
  if [ -f "$kb_src" ]; then
    kb_put sha1 "$(kb_sum sha1 "$kb_src")"
    kb_put md5 "$(kb_sum md5 "$kb_src")"
    if [ -f "$kb_path" ] && [ ! -L "$kb_path" ] && cmp -s -- "$kb_src" "$kb_path"; then kb_put same 1; fi
  fi
fi
kb_put path "$kb_path"
kb_stat '' "$kb_path"
${attributeLook(wanted.attributes, sh`"$kb_path"`)}
:`;
  return {
    script: { text, functions: [put, home, stat, sum, ...attributeFunctions] },
    parse: (reply) => {
      const records = readRecords(reply);
      const { fields } = records;
      const all = (key: string): string[] => records.all.filter(([each]) => each === key).map(([, value]) => value);
      return {
        src: fields.get('src') as string,
        srcStat: readStat(records, 'src_'),
        path: fields.get('path') as string,
        stat: readStat(records),
        existed: fields.has('existed'),
        same: fields.has('same'),
        sha1: fields.get('sha1'),
        md5: fields.get('md5'),
        directories: all('directory'),
        files: all('file'),
        links: all('symlink'),
        attributes: readAttributesFound(wanted.attributes, records, new Map()),
      };
    },
  };
};

/** For `find -exec sh -c … sh TARGET {} +`: which of the paths are missing or differ below TARGET. */
const compareTree = `kb_to=$1; shift
for kb_f do
  kb_t=$kb_to/\${kb_f#./}
  if [ -L "$kb_f" ]; then [ -L "$kb_t" ] && [ "$(readlink "$kb_f")" = "$(readlink "$kb_t")" ] || printf 'symlink=%s\\0' "\${kb_f#./}"
  elif [ -d "$kb_f" ]; then [ -d "$kb_t" ] || printf 'directory=%s\\0' "\${kb_f#./}"
  elif [ -f "$kb_f" ]; then [ -f "$kb_t" ] && cmp -s "$kb_f" "$kb_t" || printf 'file=%s\\0' "\${kb_f#./}"
  fi
done`;

export const planRemote = (wanted: RemoteWanted, found: RemoteFound, context: ModuleContext): Plan => {
  const { srcStat, path } = found;
  if (!srcStat) throw new ModuleFailure(`Source ${found.src} not found`);
  const tree = srcStat.type === 'directory';
  const differing = tree
    ? found.directories.length + found.files.length + found.links.length + (found.stat ? 0 : 1)
    : found.same || (found.stat !== undefined && !wanted.force)
      ? 0
      : 1;
  const own = planAttributes(wantedAttributes(wanted, found), found.attributes, found.stat, freshFile(found));
  const change = { what: path, before: found.stat ? 'other content' : null, after: `copy of ${found.src}` };
  const changes = [...(differing > 0 ? [change] : []), ...(found.stat ? own.changes : [])];
  const told = context.checkMode || changes.length === 0 ? pathResult(found.stat) : new Map();
  return {
    outcome: changes.length > 0 ? 'change' : 'nothing',
    changes,
    result: new Map([...baseResult(wanted, found, changes.length > 0), ...told]),
    makesTrue: [{ kind: 'file', name: path, state: { state: tree ? 'directory' : 'file' } }],
  };
};

const baseResult = (wanted: RemoteWanted, found: RemoteFound, changed: boolean): Dict =>
  result({
    changed,
    checksum: found.sha1 ?? null,
    dest: found.srcStat?.type === 'directory' ? treeDest(wanted, found) : found.path,
    md5sum: found.md5 ?? null,
    src: found.src,
  });

/** What ansible-core calls the destination of a tree: with a / where what is in a directory was asked for. */
const treeDest = (wanted: RemoteWanted, found: RemoteFound): string => {
  if (wanted.src.endsWith('/')) return `${found.path.replace(/\/$/, '')}/`;
  return found.existed ? found.path : posix.dirname(found.path);
};

const wantedAttributes = (wanted: RemoteWanted, found: RemoteFound): RemoteWanted['attributes'] =>
  wanted.preserve ? { ...wanted.attributes, mode: found.srcStat?.mode } : wanted.attributes;

const freshFile = (found: RemoteFound): { mode: number; directory: boolean } => ({
  mode: 0o666 & ~found.attributes.umask,
  directory: found.srcStat?.type === 'directory',
});

export const applyRemote = (wanted: RemoteWanted, found: RemoteFound): Apply => {
  const { src, path, stat: before } = found;
  const own = planAttributes(wantedAttributes(wanted, found), found.attributes, before, freshFile(found));
  const tree = found.srcStat?.type === 'directory';
  const validate = wanted.validate === undefined ? sh`:` : validation(wanted.validate);
  const uid = found.attributes.uid === undefined ? '' : String(found.attributes.uid);
  const gid = found.attributes.gid === undefined ? '' : String(found.attributes.gid);
  const whole = sh`kb_open ${path}
kb_from ${src}
${validate}
${wanted.backup && before ? sh`kb_backup ${path}; kb_put backup_file "$kb_kept"` : sh`:`}
kb_close ${path} ${uid} ${gid} ${own.mode === undefined ? '' : chmodDigits(own.mode)} ${wanted.attributes.unsafeWrites ? '1' : ''}`;
  const join = (name: string): [string, string] => [posix.join(src, name), posix.join(path, name)];
  const parts = joinShell([
    before ? sh`:` : sh`mkdir -p -- ${path} && chmod ${chmodDigits(found.srcStat?.mode ?? 0o755)} -- ${path} || exit`,
    ...found.directories.map((name) => {
      const [from, to] = join(name);
      return sh`mkdir -- ${to} && chmod "$(stat -c %a -- ${from})" -- ${to} || exit`;
    }),
    ...found.files.map((name) => {
      const [from, to] = join(name);
      return sh`kb_open ${to}; kb_from ${from}; kb_close ${to} ${uid} ${gid} "$(stat -c %a -- ${from})" ''`;
    }),
    ...found.links.map((name) => {
      const [from, to] = join(name);
      return sh`rm -f -- ${to} && cp -P -- ${from} ${to} || exit`;
    }),
    applyAttributes(own, sh`${path}`),
  ]);
  const content = found.same || (before && !wanted.force) ? applyAttributes(own, sh`${path}`) : whole;
  const told = tree ? treeDest(wanted, found) : path;
  return {
    script: {
      text: sh`${tree ? parts : content}
kb_stat '' ${told}`,
      functions: [...writeFunctions, fromFile],
    },
    finish: (reply) => {
      const failure = validationFailure(reply);
      if (failure) throw new ModuleFailure('failed to validate', [['exit_status', failure.code], ...failure.output]);
      const records = readRecords(reply);
      const kept = result({ backup_file: records.fields.get('backup_file') });
      return new Map([...baseResult(wanted, found, true), ...kept, ...pathResult(readStat(records))]);
    },
  };
};

/** `kb_from FILE` copies FILE's content into kb_tmp, onto the disk. */
const fromFile: ShellFunction = {
  name: 'kb_from',
  text: `kb_from() {
  kb_err=$(dd if="$1" of="$kb_tmp" bs=65536 conv=fsync 2>&1) || {
    kb_err=\${kb_err%%
*}
    kb_fail "copying $1 failed: \${kb_err##*: }"
  }
}`,
};
