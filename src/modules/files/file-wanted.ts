import type { Dict } from '../../template/values.ts';
import { type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Apply, Plan } from '../module.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { type FileStat, readStat, stat } from '../shell/stat.ts';
import type { Attributes, AttributesFound } from './attributes.ts';
import type { Time } from './file-times.ts';
import { pathResult } from './path-result.ts';

export interface FileWanted {
  readonly path: string;
  readonly state: 'absent' | 'directory' | 'file' | 'hard' | 'link' | 'touch' | undefined;
  readonly src: string | undefined;
  readonly recurse: boolean;
  readonly force: boolean;
  readonly follow: boolean;
  readonly atime: Time;
  readonly mtime: Time;
  readonly attributes: Attributes;
}

export interface FileFound {
  /** As the host expanded it. */
  readonly path: string;
  /** Where a link leads in the end. */
  readonly real: string | undefined;
  readonly stat: FileStat | undefined;
  readonly unreadable: string | undefined;
  /** What a link leads to. */
  readonly target: FileStat | undefined;
  /** The path and those of its parents that do not exist, outermost first. */
  readonly missing: readonly string[];
  readonly src: string | undefined;
  readonly srcStat: FileStat | undefined;
  /** The path is a directory with something in it. */
  readonly full: boolean;
  readonly attributes: AttributesFound;
  readonly atime: string | undefined;
  readonly mtime: string | undefined;
  readonly below: readonly { readonly path: string; readonly stat: FileStat }[];
}

/** A plan that knows how it is carried out; the module's `apply` only sends it. */
export interface FilePlan extends Plan {
  readonly script: ShellText;
  /** The result without what is told of the path. */
  readonly base: Dict;
  /** The path to tell of afterwards; undefined where nothing is left. */
  readonly tell: string | undefined;
}

export const finishFile = (_wanted: FileWanted, _found: FileFound, plan: Plan): Apply => {
  const { script, base, tell } = plan as FilePlan;
  return {
    script: {
      text: sh`${script}
${tell === undefined ? sh`:` : sh`kb_stat '' ${tell}`}`,
      functions: [put, fail, stat],
    },
    finish: (reply) => new Map([...base, ...pathResult(readStat(readRecords(reply)))]),
  };
};
