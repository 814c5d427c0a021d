import type { Dict, Value } from '../../template/values.ts';
import { sh } from '../../transport/shell/quote.ts';
import type { Reply } from '../../transport/transport.ts';
import { decode, encode } from '../../util/bytes.ts';
import {
  type Apply,
  type Arguments,
  type Diff,
  type Look,
  type ModuleContext,
  ModuleFailure,
  type OptionTable,
  type Plan,
  type Result,
} from '../module.ts';
import { flag, needed, result, text } from '../read.ts';
import { home, remotePath } from '../shell/path.ts';
import { readRecords } from '../shell/records.ts';
import { askStat, type FileStat, formatMode, readStat, stat, whyUnreadable } from '../shell/stat.ts';
import {
  type AttributePlan,
  type Attributes,
  type AttributesFound,
  applyAttributes,
  attributeFunctions,
  attributeLook,
  attributeOptions,
  planAttributes,
  readAttributes,
  readAttributesFound,
} from './attributes.ts';
import { pathResult, stateText } from './path-result.ts';
import { checkValidate, validateOption, validationFailure } from './validate.ts';
import { contentDiff, writeFunctions, writeText } from './write-file.ts';

/**
 * A file whose text is read, edited here and written back whole: `lineinfile`, `blockinfile`, `replace`, `ini_file`. Where
 * the file has changed between look and apply, it is looked at again, so that nobody's edit is lost.
 */
export interface EditWanted {
  readonly path: string;
  readonly create: boolean;
  readonly attributes: Attributes;
  readonly backup: boolean;
  readonly validate: string | undefined;
}

export const editOptions: OptionTable = {
  path: { type: 'path', required: true, aliases: ['dest', 'destfile', 'name'], description: 'The file to edit.' },
  backup: { type: 'bool', default: false, description: 'Whether to keep what was there.' },
  validate: validateOption,
  ...attributeOptions,
};

export const readEdit = (args: Arguments): EditWanted => {
  const validate = text(args, 'validate');
  checkValidate(validate);
  return {
    path: needed(args, 'path'),
    create: flag(args, 'create'),
    attributes: readAttributes(args),
    backup: flag(args, 'backup'),
    validate,
  };
};

export interface EditFound {
  /** As the arguments name it. */
  readonly path: string;
  /** The file itself, where the path is a link. */
  readonly real: string;
  /** Of the file itself. */
  readonly stat: FileStat | undefined;
  /** Undefined where there is no file. */
  readonly text: string | undefined;
  readonly attributes: AttributesFound;
}

export const lookEdit = ({ path, attributes }: EditWanted): Look<EditFound> => ({
  script: {
    text: sh`kb_path=${remotePath(path)}
kb_put path "$kb_path"
if [ -L "$kb_path" ]; then kb_path=$(readlink -f -- "$kb_path"; printf .); kb_path=\${kb_path%?.}; fi
kb_put real "$kb_path"
kb_stat '' "$kb_path"
${attributeLook(attributes, sh`"$kb_path"`)}
if [ -f "$kb_path" ]; then
  [ -r "$kb_path" ] || { kb_put error "Could not read $kb_path: Permission denied"; exit 1; }
  printf content=; cat -- "$kb_path"
fi`,
    functions: [home, stat, ...attributeFunctions],
    batches: [askStat(path)],
  },
  parse: (reply) => {
    const records = readRecords(reply);
    const { fields } = records;
    const reason = whyUnreadable(records);
    if (reason !== undefined) throw new ModuleFailure(`${path}: ${reason}`);
    const found = readStat(records);
    return {
      path: fields.get('path') as string,
      real: fields.get('real') as string,
      stat: found,
      text: records.content === undefined ? undefined : decode(records.content),
      attributes: readAttributesFound(attributes, records, pathResult(found)),
    };
  },
});

/** What an edit of a text comes to. `fields` join the result. */
export interface Edited {
  readonly text: string;
  readonly msg: string;
  readonly fields?: Readonly<Record<string, Value>>;
  readonly warnings?: readonly string[];
}

/** How a module words its results. */
export interface EditManner {
  /** The text of a file that is to be made is empty. Throws ModuleFailure. */
  edit(text: string, found: EditFound): Edited;
  /** What a diff calls the file. */
  readonly header: (path: string) => string;
  /** `backup` is always in the result, empty where nothing was kept. */
  readonly backupKey: 'backup' | 'backup_file';
  readonly missing: (path: string) => ModuleFailure;
  /** Whether the message says that permissions changed, too. */
  readonly tellsAttributes: boolean;
  /** Whether the result tells of the file what it is in the end, as results that name a `path` do. */
  readonly tellsFile: boolean;
}

interface EditPlan extends Plan {
  readonly text: string;
  readonly own: AttributePlan;
  readonly base: Dict;
}

export const planEdit = (wanted: EditWanted, found: EditFound, context: ModuleContext, manner: EditManner): Plan => {
  const { path, stat: before } = found;
  if (before?.type === 'directory') throw new ModuleFailure(`Path ${path} is a directory !`, [['rc', 256]]);
  if (found.text === undefined && !wanted.create) throw manner.missing(path);
  const old = found.text ?? '';
  const edited = manner.edit(old, found);
  const fresh = { mode: 0o666 & ~found.attributes.umask, directory: false };
  const own = planAttributes(wanted.attributes, found.attributes, before, fresh);
  const rewrites = edited.text !== old || (found.text === undefined && edited.msg !== '');
  const ownDiffers = before
    ? own.changes.length > 0
    : rewrites && !context.checkMode && own.changes.some((change) => change.after !== formatMode(fresh.mode));
  const changed = rewrites || ownDiffers;
  const msg =
    ownDiffers && manner.tellsAttributes
      ? `${edited.msg ? `${edited.msg} and ` : ''}ownership, perms or SE linux context changed`
      : edited.msg;
  const fields: Record<string, Value> = { ...edited.fields, ...(manner.backupKey === 'backup' ? { backup: '' } : {}) };
  const seen = manner.tellsFile ? pathResult(before) : [];
  const base: Dict = new Map([...result({ changed, msg, ...fields }), ...seen]);
  const header = manner.header(path);
  const plan: EditPlan = {
    outcome: changed ? 'change' : 'nothing',
    changes: [
      ...(rewrites ? [{ what: path, before: before ? `${before.size} bytes` : null, after: edited.msg }] : []),
      ...(before ? own.changes : []),
    ],
    result: base,
    diff: [
      ...contentDiff(encode(old), encode(edited.text), header, header),
      ...(ownDiffers ? attributesDiff(path, own, before?.mode ?? fresh.mode) : []),
    ],
    makesTrue: [{ kind: 'file', name: found.real, state: { state: 'file' } }],
    text: edited.text,
    own,
    base,
    ...(edited.warnings ? { warnings: edited.warnings } : {}),
  };
  return plan;
};

const attributesDiff = (path: string, own: AttributePlan, mode: number): readonly Diff[] => {
  const header = `${path} (file attributes)`;
  const before = own.after.mode === undefined ? own.before : { ...own.before, mode: formatMode(mode) };
  return [
    {
      before: stateText(before),
      after: stateText(own.after),
      beforeHeader: `before: ${header}`,
      afterHeader: `after: ${header}`,
    },
  ];
};

export const applyEdit = (
  wanted: EditWanted,
  found: EditFound,
  plan: Plan,
  context: ModuleContext,
  manner: EditManner,
): Apply => {
  const { text: edited, own, base } = plan as EditPlan;
  const { real, stat: before } = found;
  const content = encode(edited);
  const rewrites = edited !== (found.text ?? '') || before === undefined;
  const look = lookEdit(wanted);
  const unchanged = before
    ? sh`[ "$(stat -c '%s %i %Y' -- ${real})" = ${`${before.size} ${before.inode} ${before.mtime.replace(/\..*/, '')}`} ]`
    : sh`[ ! -e ${real} ]`;
  const write = writeText(real, content.length, {
    uid: found.attributes.uid,
    gid: found.attributes.gid,
    mode: own.mode,
    backup: wanted.backup && before !== undefined,
    validate: wanted.validate,
    unsafe: wanted.attributes.unsafeWrites,
  });
  const directory = before ? sh`:` : sh`mkdir -p -- ${real.replace(/\/?[^/]*$/, '') || '/'} || exit`;
  const rest = { ...own, uid: undefined, gid: undefined, mode: undefined };
  return {
    script: {
      text: rewrites
        ? sh`${unchanged} || { kb_put stale 1; exit 0; }
${directory}
${write}
${applyAttributes(rest, sh`${real}`)}`
        : sh`${applyAttributes(own, sh`${real}`)}`,
      functions: writeFunctions,
      stdin: rewrites ? content : new Uint8Array(),
    },
    finish: (reply) => {
      const failure = validationFailure(reply);
      if (failure) throw new ModuleFailure(`failed to validate: rc:${failure.code} error:${failure.said}`);
      const { fields } = readRecords(reply);
      if (fields.has('stale')) {
        return {
          script: look.script,
          finish: (again) => {
            const now = look.parse(again);
            const replanned = planEdit(wanted, now, context, manner);
            if (replanned.outcome === 'nothing') return replanned.result;
            return applyEdit(wanted, now, replanned, context, manner);
          },
        };
      }
      const kept = fields.get('backup_file');
      const done: Result = kept === undefined ? base : new Map([...base, [manner.backupKey, kept]]);
      if (!manner.tellsFile) return done;
      const seen = {
        script: look.script,
        finish: (after: Reply): Result => new Map([...done, ...pathResult(look.parse(after).stat)]),
      };
      return seen;
    },
  };
};

/** Text as lines that keep their ends. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
