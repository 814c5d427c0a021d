import { type Arguments, defineModule, ModuleFailure } from '../module.ts';
import { flag, needed, text } from '../read.ts';
import {
  applyEdit,
  type Edited,
  type EditFound,
  type EditManner,
  type EditWanted,
  editOptions,
  linesOf,
  lookEdit,
  planEdit,
  readEdit,
} from './edit-file.ts';
import { expandMatch, pythonRegex } from './python-regex.ts';

interface Wanted extends EditWanted {
  readonly state: 'present' | 'absent';
  readonly line: string | undefined;
  readonly regexp: string | undefined;
  readonly literal: string | undefined;
  readonly after: string | undefined;
  readonly before: string | undefined;
  readonly backrefs: boolean;
  readonly firstmatch: boolean;
}

/** Sees to it that one line is in a file, or that lines are not. */
export const lineinfile = defineModule<Wanted, EditFound>({
  name: 'lineinfile',
  summary: 'Manage one line of a text file',
  options: {
    ...editOptions,
    state: {
      type: 'str',
      choices: ['absent', 'present'],
      default: 'present',
      description: 'Whether the line is to be there.',
    },
    line: { type: 'str', aliases: ['value'], description: 'The line.' },
    regexp: { type: 'str', aliases: ['regex'], description: 'What the line to replace or to remove matches (Python).' },
    search_string: { type: 'str', description: 'What the line to replace or to remove contains, as it is.' },
    insertafter: { type: 'str', description: 'EOF, or what the line matches that a new one comes behind.' },
    insertbefore: { type: 'str', description: 'BOF, or what the line matches that a new one comes before.' },
    backrefs: { type: 'bool', default: false, description: 'Whether \\1 in the line stands for a group of the match.' },
    firstmatch: { type: 'bool', default: false, description: 'Whether the first match counts, not the last.' },
    create: { type: 'bool', default: false, description: 'Whether a file that is not there is made.' },
  },
  constraints: {
    mutuallyExclusive: [
      ['insertbefore', 'insertafter'],
      ['regexp', 'search_string'],
      ['backrefs', 'search_string'],
    ],
  },
  prepare: (args) => prepare(args),
  look: lookEdit,
  plan: (wanted, found, context) => {
    const file = found as EditFound;
    if (wanted.state === 'absent' && file.text === undefined && file.stat === undefined)
      return {
        outcome: 'nothing',
        changes: [],
        result: new Map<string, string | boolean>([
          ['changed', false],
          ['msg', 'file not present'],
        ]),
      };
    return planEdit(wanted, file, context, mannerOf(wanted));
  },
  apply: (wanted, found, plan, context) => applyEdit(wanted, found as EditFound, plan, context, mannerOf(wanted)),
});

const prepare = (args: Arguments): Wanted => {
  const wanted: Wanted = {
    ...readEdit(args),
    state: needed(args, 'state') as Wanted['state'],
    line: text(args, 'line'),
    regexp: text(args, 'regexp'),
    literal: text(args, 'search_string'),
    after: text(args, 'insertafter'),
    before: text(args, 'insertbefore'),
    backrefs: flag(args, 'backrefs'),
    firstmatch: flag(args, 'firstmatch'),
  };
  const { state, line, regexp, literal } = wanted;
  if (state === 'present') {
    if (wanted.backrefs && regexp === undefined) throw new ModuleFailure('regexp is required with backrefs=true');
    if (line === undefined) throw new ModuleFailure('line is required with state=present');
  } else if (line === undefined && regexp === undefined && literal === undefined)
    throw new ModuleFailure('one of line, search_string, or regexp is required with state=absent');
  return wanted;
};

const mannerOf = (wanted: Wanted): EditManner => ({
  edit: (text) => (wanted.state === 'present' ? withLine(wanted, text) : withoutLines(wanted, text)),
  header: (path) => `${path} (content)`,
  backupKey: 'backup',
  tellsAttributes: true,
  tellsFile: false,
  missing: (path) => new ModuleFailure(`Destination ${path} does not exist !`, [['rc', 257]]),
});

const withoutLines = (wanted: Wanted, text: string): Edited => {
  const regex = wanted.regexp === undefined ? undefined : pythonRegex(wanted.regexp);
  const removed = (line: string): boolean => {
    if (regex) return matches(regex, bare(line));
    if (wanted.literal !== undefined) return bare(line).includes(wanted.literal);
    return bare(line) === wanted.line;
  };
  const lines = linesOf(text);
  const kept = lines.filter((line) => !removed(line));
  const found = lines.length - kept.length;
  return { text: kept.join(''), msg: found > 0 ? `${found} line(s) removed` : '', fields: { found } };
};

const withLine = (wanted: Wanted, text: string): Edited => {
  const lines = linesOf(text);
  const line = wanted.line as string;
  const regex = wanted.regexp === undefined ? undefined : pythonRegex(wanted.regexp);
  const at = findLine(wanted, lines, regex);
  const warnings = emptyWarnings(wanted);
  const done = (edited: string[], msg: string): Edited => ({
    text: edited.join(''),
    msg,
    ...(warnings.length > 0 ? { warnings } : {}),
  });
  if (at.matched >= 0) {
    const old = lines[at.matched] as string;
    const match = wanted.backrefs && regex ? execAfresh(regex, bare(old)) : null;
    const expanded = match && regex ? expandMatch(match, regex, line) : line;
    const now = expanded.endsWith('\n') ? expanded : `${expanded}\n`;
    return old === now ? done(lines, '') : done(lines.with(at.matched, now), 'line replaced');
  }
  if (wanted.backrefs) return done(lines, '');
  if (at.same >= 0) return done(lines, '');
  const ended = lines.map((each, index) => (index === lines.length - 1 && !each.endsWith('\n') ? `${each}\n` : each));
  const place = at.insert ?? (wanted.before === 'BOF' ? 0 : lines.length);
  return done([...ended.slice(0, place), `${line}\n`, ...ended.slice(place)], 'line added');
};

/** The line that matches, the line that is the wanted one already, and where a new one would go. */
const findLine = (
  wanted: Wanted,
  lines: readonly string[],
  regex: RegExp | undefined,
): { matched: number; same: number; insert: number | undefined } => {
  const line = (wanted.line as string).replace(/[\r\n]+$/, '');
  const anchor =
    wanted.after !== undefined && wanted.after !== 'EOF'
      ? wanted.after
      : wanted.before !== undefined && wanted.before !== 'BOF'
        ? wanted.before
        : undefined;
  const anchorRegex = anchor === undefined ? undefined : pythonRegex(anchor);
  let matched = -1;
  let same = -1;
  let insert: number | undefined;
  for (const [index, each] of lines.entries()) {
    const current = bare(each);
    const hit = regex
      ? matches(regex, current)
      : wanted.literal !== undefined
        ? current.includes(wanted.literal)
        : current === line;
    if (hit && (regex !== undefined || wanted.literal !== undefined)) {
      if (!(wanted.firstmatch && matched >= 0)) matched = index;
    } else if (hit && same < 0) same = index;
    if (regex && current === line && same < 0) same = index;
    if (anchorRegex && matches(anchorRegex, current) && !(wanted.firstmatch && insert !== undefined))
      insert = wanted.after !== undefined ? index + 1 : index;
  }
  // Where the very line is there already and nothing else was asked for, it is what was matched.
  if (!regex && wanted.literal === undefined) matched = same;
  return { matched, same, insert };
};

const emptyWarnings = (wanted: Wanted): string[] => {
  if (wanted.regexp !== '' && wanted.literal !== '') return [];
  return [
    "The regexp or search_string is empty, so it matches every line and the last one is replaced. Write '^' where that is meant.",
  ];
};

/** A line without its end. */
const bare = (line: string): string => line.replace(/[\r\n]+$/, '');

const matches = (regex: RegExp, line: string): boolean => execAfresh(regex, line) !== null;

const execAfresh = (regex: RegExp, line: string): RegExpExecArray | null => {
  regex.lastIndex = 0;
  return regex.exec(line);
};
