import { posix } from 'node:path';
import type { Dict, Value } from '../../template/values.ts';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Arguments, defineModule, type Look, ModuleFailure, type OptionTable, type Plan } from '../module.ts';
import { flag, needed, number, result, text, texts } from '../read.ts';
import { algorithms } from '../shell/checksum.ts';
import { home, remotePath } from '../shell/path.ts';
import { put, type Records, readRecords } from '../shell/records.ts';
import type { FileStat } from '../shell/stat.ts';
import { readWalk, walk } from '../shell/walk.ts';
import { globRegex } from './glob.ts';
import { modeMatches } from './mode.ts';
import { pythonRegex } from './python-regex.ts';
import { statFields } from './stat-fields.ts';

interface Wanted {
  readonly paths: readonly string[];
  readonly patterns: readonly RegExp[];
  readonly excludes: readonly RegExp[];
  readonly contains: string | undefined;
  readonly wholeContains: boolean;
  readonly type: string;
  readonly recurse: boolean;
  readonly depth: number | undefined;
  readonly hidden: boolean;
  readonly follow: boolean;
  readonly checksum: string | undefined;
  readonly age: number | undefined;
  readonly stamp: 'atime' | 'mtime' | 'ctime';
  readonly size: number | undefined;
  readonly mode: string | undefined;
  readonly exactMode: boolean;
  readonly limit: number | undefined;
}

interface Found {
  readonly now: number;
  /** How many entries the directories have, of whatever kind. */
  readonly examined: number;
  readonly entries: readonly { readonly path: string; readonly stat: FileStat }[];
  /** Digests and contents by path, where they were asked for. */
  readonly sums: ReadonlyMap<string, string>;
  readonly texts: ReadonlyMap<string, string>;
  readonly skipped: ReadonlyMap<string, string>;
}

const options: OptionTable = {
  paths: { type: 'list', elements: 'path', required: true, aliases: ['name', 'path'], description: 'Where to look.' },
  patterns: {
    type: 'list',
    elements: 'str',
    default: [],
    aliases: ['pattern'],
    description: 'What names match; any where none is given.',
  },
  excludes: { type: 'list', elements: 'str', aliases: ['exclude'], description: 'What names must not match.' },
  contains: { type: 'str', description: 'What a line of the file matches.' },
  read_whole_file: { type: 'bool', default: false, description: 'Whether contains is matched against the whole file.' },
  file_type: {
    type: 'str',
    choices: ['file', 'directory', 'any', 'link'],
    default: 'file',
    description: 'What to find.',
  },
  recurse: { type: 'bool', default: false, description: 'Whether to look in directories below.' },
  depth: { type: 'int', description: 'How many levels to go down.' },
  hidden: { type: 'bool', default: false, description: 'Whether names that begin with a dot count.' },
  follow: { type: 'bool', default: false, description: 'Whether links to directories are followed.' },
  get_checksum: { type: 'bool', default: false, description: 'Whether to tell digests.' },
  checksum_algorithm: {
    type: 'str',
    default: 'sha1',
    choices: [...algorithms],
    aliases: ['checksum', 'checksum_algo'],
    description: 'Which digest.',
  },
  use_regex: { type: 'bool', default: false, description: 'Whether patterns are regular expressions (Python).' },
  age: { type: 'str', description: 'How old at least: 2d, 1w, 30m; with a minus, how old at most.' },
  age_stamp: { type: 'str', choices: ['atime', 'mtime', 'ctime'], default: 'mtime', description: 'Which time counts.' },
  size: { type: 'str', description: 'How large at least: 10m; with a minus, how large at most.' },
  mode: { type: 'raw', description: 'Which permissions.' },
  exact_mode: {
    type: 'bool',
    default: true,
    description: 'Whether the permissions are just these, or at least these.',
  },
  limit: { type: 'int', description: 'How many to find at most.' },
  encoding: { type: 'str', default: 'utf-8', description: 'The encoding of files that contains is matched against.' },
};

/** Finds files by name, age, size, kind and content. */
export const find = defineModule<Wanted, Found>({
  name: 'find',
  summary: 'Find files',
  options,
  prepare: (args) => prepare(args),
  look: (wanted) => look(wanted),
  plan: (wanted, found) => planFind(wanted, found as Found),
});

const prepare = (args: Arguments): Wanted => {
  const regexes = flag(args, 'use_regex');
  const compile = (pattern: string): RegExp => (regexes ? pythonRegex(`\\A(?:${pattern})`) : globRegex(pattern));
  return {
    paths: texts(args, 'paths'),
    patterns: texts(args, 'patterns').map(compile),
    excludes: texts(args, 'excludes').map(compile),
    contains: text(args, 'contains'),
    wholeContains: flag(args, 'read_whole_file'),
    type: needed(args, 'file_type'),
    recurse: flag(args, 'recurse'),
    depth: number(args, 'depth'),
    hidden: flag(args, 'hidden'),
    follow: flag(args, 'follow'),
    checksum: flag(args, 'get_checksum') ? text(args, 'checksum_algorithm') : undefined,
    age: measure(text(args, 'age'), ageUnits, 'age'),
    stamp: needed(args, 'age_stamp') as Wanted['stamp'],
    size: measure(text(args, 'size'), sizeUnits, 'size'),
    mode: text(args, 'mode'),
    exactMode: flag(args, 'exact_mode'),
    limit: number(args, 'limit'),
  };
};

const ageUnits: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const sizeUnits: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `-2d` and its like as a signed number; the sign says at most. */
const measure = (
  given: string | undefined,
  units: Readonly<Record<string, number>>,
  what: string,
): number | undefined => {
  if (given === undefined) return undefined;
  const match = /^(-?\d+)([a-z]?)/i.exec(given.trim());
  const unit = units[match?.[2]?.toLowerCase() || (Object.keys(units)[0] as string)];
  if (!match || unit === undefined) throw new ModuleFailure(`failed to process ${what}: ${given}`);
  return Number(match[1]) * unit;
};

const look = (wanted: Wanted): Look<Found> => {
  const depth = wanted.recurse ? wanted.depth : 1;
  const type =
    wanted.type === 'file' ? 'f' : wanted.type === 'directory' ? 'd' : wanted.type === 'link' ? 'l' : undefined;
  // With links followed, a link is what it leads to, so kinds are told apart afterwards.
  const narrowed = type !== undefined && !wanted.follow ? sh` -type ${type}` : sh``;
  const followed = wanted.follow ? sh`-L ` : sh``;
  const read = wanted.checksum !== undefined || wanted.contains !== undefined;
  const levels = depth === undefined ? sh`` : sh` -maxdepth ${depth}`;
  const each = wanted.paths.map(
    (path): ShellText => sh`kb_path=${remotePath(path.replace(/(?<=.)\/+$/, ''))}
if [ -d "$kb_path" ]; then
  find ${followed}"$kb_path"/. -mindepth 1${levels} -exec sh -c 'printf "examined=%s\\0" $#' sh {} +
  kb_walk ${followed}"$kb_path"/. -mindepth 1${levels}${narrowed}
  ${read ? sh`KB_SUM=${wanted.checksum ?? ''} KB_TEXT=${wanted.contains === undefined ? '' : '1'} find ${followed}"$kb_path"/. -mindepth 1${levels} -type f -exec sh -c ${readFiles} sh {} +` : sh`:`}
else kb_put skipped "$kb_path"; fi`,
  );
  return {
    script: {
      text: sh`kb_put now "$(date +%s)"
${joinShell(each)}
:`,
      functions: [put, home, walk],
    },
    parse: (reply) => {
      const records = readRecords(reply);
      const skipped = records.all.filter(([key]) => key === 'skipped');
      return {
        now: Number(records.fields.get('now')),
        examined: records.all.reduce((sum, [key, value]) => (key === 'examined' ? sum + Number(value) : sum), 0),
        entries: readWalk(records).map(({ path, stat }) => ({ path: path.replace('/./', '/'), stat })),
        ...readContents(records),
        skipped: new Map(skipped.map(([, path]) => [path, `'${path}' is not a directory`])),
      };
    },
  };
};

/** For `find -exec sh -c`: digests and contents, as records behind the file's own. NUL bytes are left out of contents. */
const readFiles = `for kb_f do
  printf 'file=%s\\0' "$kb_f"
  if [ "$KB_SUM" ]; then kb_d=$("\${KB_SUM}sum" < "$kb_f") && printf 'sum=%s\\0' "\${kb_d%% *}"; fi
  if [ "$KB_TEXT" ]; then printf text=; tr -d '\\000' < "$kb_f"; printf '\\0'; fi
done`;

const readContents = ({ all }: Records): Pick<Found, 'sums' | 'texts'> => {
  const sums = new Map<string, string>();
  const texts = new Map<string, string>();
  let path = '';
  for (const [key, value] of all) {
    if (key === 'file') path = value.replace('/./', '/');
    else if (key === 'sum') sums.set(path, value);
    else if (key === 'text') texts.set(path, value);
  }
  return { sums, texts };
};

const planFind = (wanted: Wanted, found: Found): Plan => {
  const files = found.entries.filter((entry) => fits(wanted, found, entry.path, entry.stat)).slice(0, wanted.limit);
  const whole = result({
    changed: false,
    examined: found.examined,
    files: files.map(({ path, stat }) => describe(path, stat, found.sums.get(path))),
    matched: files.length,
    msg: found.skipped.size === 0 ? 'All paths examined' : 'Not all paths examined, check warnings for details',
    skipped_paths: new Map<Value, Value>(found.skipped),
  });
  return { outcome: 'nothing', changes: [], result: whole };
};

const fits = (wanted: Wanted, { now, texts }: Found, path: string, stat: FileStat): boolean => {
  const name = posix.basename(path);
  if (!wanted.hidden && name.startsWith('.')) return false;
  if (wanted.type !== 'any' && stat.type !== wanted.type) return false;
  if (wanted.patterns.length > 0 && !wanted.patterns.some((pattern) => matches(pattern, name))) return false;
  if (wanted.excludes.some((pattern) => matches(pattern, name))) return false;
  if (wanted.contains !== undefined && !contains(wanted, texts.get(path))) return false;
  const age = now - Number(stat[wanted.stamp]);
  if (wanted.age !== undefined && (wanted.age >= 0 ? age < wanted.age : age > -wanted.age)) return false;
  if (wanted.size !== undefined && (wanted.size >= 0 ? stat.size < wanted.size : stat.size > -wanted.size))
    return false;
  return wanted.mode === undefined || modeMatches(wanted.mode, stat.mode, wanted.exactMode);
};

/** Each line is matched from its beginning; the whole file anywhere. */
const contains = ({ contains: pattern, wholeContains }: Wanted, text: string | undefined): boolean => {
  if (text === undefined || pattern === undefined) return false;
  if (wholeContains) return matches(pythonRegex(pattern), text);
  const regex = pythonRegex(`\\A(?:${pattern})`);
  return text.split(/(?<=\n)/).some((line) => matches(regex, line));
};

const matches = (regex: RegExp, text: string): boolean => {
  regex.lastIndex = 0;
  return regex.test(text);
};

const describe = (path: string, stat: FileStat, checksum: string | undefined): Dict =>
  result({ path, ...statFields(stat), gr_name: stat.group ?? '', pw_name: stat.user ?? '', checksum });
