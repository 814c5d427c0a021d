import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Dict, Value } from '../../template/values.ts';
import { type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, type Diff, type Look, type ModuleContext, ModuleFailure, type Plan } from '../module.ts';
import { result } from '../read.ts';
import { askSumOf, sumOf } from '../shell/checksum.ts';
import { home, remotePath } from '../shell/path.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { backup, closeTemp, openTemp, takeContent } from '../shell/replace-file.ts';
import { askStat, type FileStat, readStat, stat } from '../shell/stat.ts';
import {
  type Attributes,
  type AttributesFound,
  applyAttributes,
  attributeFunctions,
  attributeLook,
  chmodDigits,
  planAttributes,
  readAttributesFound,
} from './attributes.ts';
import { pathResult, stateText } from './path-result.ts';
import { checkValidate, validation, validationFailure } from './validate.ts';

/** One file with a content that is known here: what `copy`, `template` and `assemble` come to. */
export interface WriteWanted {
  readonly dest: string;
  readonly content: Uint8Array;
  /** The name that the file gets in a directory; undefined where a directory is an error. */
  readonly name: string | undefined;
  /** What a diff calls the new content; undefined: the path itself. */
  readonly source: string | undefined;
  readonly attributes: Attributes;
  readonly directoryMode: Attributes['mode'];
  readonly backup: boolean;
  readonly force: boolean;
  readonly follow: boolean;
  readonly validate: string | undefined;
  readonly checksum: string | undefined;
}

export interface WriteFound {
  readonly path: string;
  /** The path before a link was followed. */
  readonly asked: string;
  readonly stat: FileStat | undefined;
  /** Of a file that is as long as the wanted one. */
  readonly sha1: string | undefined;
  /** For a diff: undefined where it is too long or nothing is there. */
  readonly content: Uint8Array | undefined;
  readonly missing: readonly string[];
  readonly attributes: AttributesFound;
}

/** As long a file as ansible-core shows the differences of. */
const longestDiff = 104_448;

export const lookWrite = (wanted: WriteWanted, context: ModuleContext): Look<WriteFound> => {
  const { name, content } = wanted;
  const into = wanted.dest.endsWith('/');
  const known = into ? posix.join(wanted.dest, name ?? '') : wanted.dest;
  const text = sh`kb_path=${remotePath(wanted.dest)}
${name === undefined ? sh`:` : sh`if ${into ? sh`:` : sh`[ -d "$kb_path" ]`}; then kb_path=\${kb_path%/}/${name}; fi`}
kb_put asked "$kb_path"
${wanted.follow ? sh`if [ -L "$kb_path" ]; then kb_path=$(readlink -f -- "$kb_path"; printf .); kb_path=\${kb_path%?.}; fi` : sh`:`}
kb_put path "$kb_path"
kb_stat '' "$kb_path"
${into ? missingParents : sh`:`}
${attributeLook(wanted.attributes, sh`"$kb_path"`)}
${wanted.directoryMode === undefined ? sh`:` : sh`printf umask=; umask; printf '\\0'`}
if [ -f "$kb_path" ]; then
  kb_sum_of ${content.length} "$kb_path"; kb_put sha1 "$kb_d"
  ${context.diffMode ? sh`if [ "$(stat -L -c %s -- "$kb_path")" -le ${longestDiff} ] && [ -r "$kb_path" ]; then printf content=; cat -- "$kb_path"; fi` : sh`:`}
fi
:`;
  return {
    script: {
      text,
      functions: [put, home, stat, sumOf, ...attributeFunctions],
      batches: [askStat(known), askSumOf(content.length, known)],
    },
    parse: (reply) => {
      const records = readRecords(reply);
      const { fields } = records;
      const found = readStat(records);
      return {
        path: fields.get('path') as string,
        asked: fields.get('asked') as string,
        stat: found,
        sha1: fields.get('sha1') || undefined,
        content: records.content,
        missing: records.all
          .filter(([key]) => key === 'new')
          .map(([, value]) => value)
          .reverse(),
        attributes: readAttributesFound(
          wanted.attributes,
          records,
          new Map([['path', fields.get('path') as string], ...pathResult(found)]),
        ),
      };
    },
  };
};

const missingParents = sh`kb_new=\${kb_path%/*}
while [ "$kb_new" ] && [ ! -e "$kb_new" ]; do
  kb_put new "$kb_new"
  case $kb_new in */*) kb_new=\${kb_new%/*} ;; *) kb_new= ;; esac
done`;

export const planWrite = (wanted: WriteWanted, found: WriteFound, context: ModuleContext): Plan => {
  const sha1 = hash('sha1', wanted.content);
  const { stat, path } = found;
  if (stat?.type === 'directory') {
    throw new ModuleFailure(
      wanted.name === undefined ? 'can not use content with a dir as dest' : `${path} is a directory`,
    );
  }
  if (stat && !wanted.force)
    return { outcome: 'nothing', changes: [], result: result({ changed: false, dest: path, src: wanted.source }) };
  const own = planAttributes(wanted.attributes, found.attributes, stat, {
    mode: 0o666 & ~found.attributes.umask,
    directory: false,
  });
  const makesTrue = [{ kind: 'file' as const, name: path, state: { state: 'file', sha1 } }];
  if (stat?.type === 'file' && found.sha1 === sha1) {
    const [before, after] = [
      { path, ...own.before },
      { path, ...own.after },
    ].map(stateText) as [string, string];
    return {
      outcome: own.changes.length > 0 ? 'change' : 'nothing',
      changes: own.changes,
      result: new Map([
        ...result({ changed: own.changes.length > 0, checksum: sha1, dest: path, path }),
        ...pathResult(stat),
      ]),
      diff: before === after ? [] : [{ before, after, beforeHeader: 'before', afterHeader: 'after' }],
      makesTrue,
    };
  }
  if (wanted.checksum !== undefined && !context.checkMode && wanted.checksum !== sha1) {
    const about: [string, Value][] = [
      ['checksum', sha1],
      ['expected_checksum', wanted.checksum],
    ];
    throw new ModuleFailure('Copied file does not match the expected checksum. Transfer failed.', about);
  }
  const change = {
    what: path,
    before: stat ? (found.sha1 ?? `${stat.size} bytes`) : null,
    after: `${wanted.content.length} bytes`,
  };
  return {
    outcome: 'change',
    changes: [change, ...own.changes.filter(() => stat !== undefined)],
    result: result({ changed: true }),
    diff: contentDiff(
      found.stat ? found.content : new Uint8Array(),
      wanted.content,
      stat ? found.asked : undefined,
      wanted.source ?? found.asked,
    ),
    makesTrue,
  };
};

/** A diff of two contents, unless one of them is no text, or too long to show. */
export const contentDiff = (
  before: Uint8Array | undefined,
  after: Uint8Array,
  beforeName: string | undefined,
  afterName: string,
): readonly Diff[] => {
  const shown = (bytes: Uint8Array | undefined): bytes is Uint8Array =>
    bytes !== undefined && bytes.length <= longestDiff && !bytes.includes(0);
  if (!shown(before) || !shown(after) || Buffer.compare(before, after) === 0) return [];
  return [
    {
      before: decode(before),
      after: decode(after),
      beforeHeader: beforeName === undefined ? 'before' : `before: ${beforeName}`,
      afterHeader: `after: ${afterName}`,
    },
  ];
};

export const applyWrite = (wanted: WriteWanted, found: WriteFound): Apply => {
  const sha1 = hash('sha1', wanted.content);
  const { stat: before, path } = found;
  checkValidate(wanted.validate, [['checksum', sha1]]);
  const own = planAttributes(wanted.attributes, found.attributes, before, {
    mode: 0o666 & ~found.attributes.umask,
    directory: false,
  });
  if (before?.type === 'file' && found.sha1 === sha1) {
    return finishing(wanted, found, sh`${applyAttributes(own, sh`${path}`)}`, {
      changed: true,
      checksum: sha1,
      dest: path,
      path,
    });
  }
  const directories = found.missing.map(
    (directory) => sh`mkdir -- ${directory} || exit
${wanted.directoryMode === undefined ? sh`:` : applyAttributes(planAttributes({ ...wanted.attributes, mode: wanted.directoryMode }, found.attributes, undefined, { mode: 0o777 & ~found.attributes.umask, directory: true }), sh`${directory}`)}`,
  );
  const keeps = wanted.backup && before?.type === 'file';
  const text = sh`${directories.length > 0 ? sh`${joined(directories)}` : sh`:`}
${writeText(path, wanted.content.length, {
  uid: found.attributes.uid,
  gid: found.attributes.gid,
  mode: own.mode,
  backup: keeps,
  validate: wanted.validate,
  unsafe: wanted.attributes.unsafeWrites,
})}
${applyAttributes({ ...own, uid: undefined, gid: undefined, mode: undefined }, sh`${path}`)}`;
  return finishing(wanted, found, text, {
    changed: true,
    checksum: sha1,
    dest: path,
    md5sum: hash('md5', wanted.content),
    src: wanted.source,
  });
};

export interface WriteSteps {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Undefined: as it was, or the umask's. */
  readonly mode: number | undefined;
  readonly backup: boolean;
  readonly validate: string | undefined;
  readonly unsafe: boolean;
}

/** Shell text that puts `size` bytes of standard input in the place of `path`; `writeFunctions` must be among the functions. */
export const writeText = (path: string, size: number, steps: WriteSteps): ShellText => sh`kb_open ${path}
kb_take ${size}
${steps.validate === undefined ? sh`:` : validation(steps.validate)}
${steps.backup ? sh`kb_backup ${path}; kb_put backup_file "$kb_kept"` : sh`:`}
kb_close ${path} ${steps.uid === undefined ? '' : String(steps.uid)} ${steps.gid === undefined ? '' : String(steps.gid)} ${steps.mode === undefined ? '' : chmodDigits(steps.mode)} ${steps.unsafe ? '1' : ''}`;

export const writeFunctions = [put, fail, stat, openTemp, takeContent, backup, closeTemp];

const finishing = (
  wanted: WriteWanted,
  found: WriteFound,
  text: ShellText,
  fields: Record<string, Value | undefined>,
): Apply => ({
  script: {
    text: sh`${text}
kb_stat '' ${found.path}`,
    functions: writeFunctions,
    stdin: wanted.content,
  },
  finish: (reply) => {
    const failure = validationFailure(reply);
    if (failure) {
      const about: [string, Value][] = [
        ['checksum', hash('sha1', wanted.content)],
        ['exit_status', failure.code],
      ];
      throw new ModuleFailure('failed to validate', [...about, ...failure.output]);
    }
    const records = readRecords(reply, [['checksum', hash('sha1', wanted.content)]]);
    const base: Dict = result({ ...fields, backup_file: records.fields.get('backup_file') });
    return new Map([...base, ...pathResult(readStat(records))]);
  },
});

const joined = (pieces: readonly ShellText[]): ShellText => pieces.reduce((all, each) => sh`${all}\n${each}`);

export const hash = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest('hex');
