import { type Arguments, defineModule, ModuleFailure } from '../module.ts';
import { flag, needed, text } from '../read.ts';
import {
  applyEdit,
  type EditFound,
  type EditManner,
  type EditWanted,
  editOptions,
  linesOf,
  lookEdit,
  planEdit,
  readEdit,
} from './edit-file.ts';
import { pythonRegex } from './python-regex.ts';

interface Wanted extends EditWanted {
  readonly block: string;
  readonly begin: string;
  readonly end: string;
  readonly after: string | undefined;
  readonly before: string | undefined;
  readonly emptyBefore: boolean;
  readonly emptyAfter: boolean;
}

/** Sees to it that a block of lines stands between two markers in a file, or that it does not. */
export const blockinfile = defineModule<Wanted, EditFound>({
  name: 'blockinfile',
  summary: 'Manage a block of lines between markers',
  options: {
    ...editOptions,
    state: {
      type: 'str',
      choices: ['absent', 'present'],
      default: 'present',
      description: 'Whether the block is to be there.',
    },
    block: { type: 'str', default: '', aliases: ['content'], description: 'The lines; none removes the block.' },
    marker: {
      type: 'str',
      default: '# {mark} ANSIBLE MANAGED BLOCK',
      description: 'The line before and behind; {mark} tells them apart.',
    },
    marker_begin: { type: 'str', default: 'BEGIN', description: 'What {mark} is before the block.' },
    marker_end: { type: 'str', default: 'END', description: 'What {mark} is behind the block.' },
    insertafter: { type: 'str', description: 'EOF, or what the line matches that a new block comes behind.' },
    insertbefore: { type: 'str', description: 'BOF, or what the line matches that a new block comes before.' },
    create: { type: 'bool', default: false, description: 'Whether a file that is not there is made.' },
    append_newline: { type: 'bool', default: false, description: 'Whether an empty line follows a new block.' },
    prepend_newline: { type: 'bool', default: false, description: 'Whether an empty line precedes a new block.' },
    encoding: {
      type: 'str',
      default: 'utf-8',
      choices: ['utf-8', 'utf8', 'UTF-8'],
      description: 'The encoding of the file.',
    },
  },
  constraints: { mutuallyExclusive: [['insertbefore', 'insertafter']] },
  prepare: (args) => prepare(args),
  look: lookEdit,
  plan: (wanted, found, context) => {
    const file = found as EditFound;
    if (file.stat === undefined && wanted.block === '' && !wanted.create)
      return {
        outcome: 'nothing',
        changes: [],
        result: new Map<string, string | boolean>([
          ['changed', false],
          ['msg', `File ${file.path} not present`],
        ]),
      };
    return planEdit(wanted, file, context, mannerOf(wanted));
  },
  apply: (wanted, found, plan, context) => applyEdit(wanted, found as EditFound, plan, context, mannerOf(wanted)),
});

const prepare = (args: Arguments): Wanted => {
  const marker = needed(args, 'marker');
  const absent = text(args, 'state') === 'absent';
  return {
    ...readEdit(args),
    block: absent ? '' : needed(args, 'block'),
    begin: marker.replaceAll('{mark}', needed(args, 'marker_begin')),
    end: marker.replaceAll('{mark}', needed(args, 'marker_end')),
    after: text(args, 'insertafter'),
    before: text(args, 'insertbefore'),
    emptyBefore: flag(args, 'prepend_newline'),
    emptyAfter: flag(args, 'append_newline'),
  };
};

const mannerOf = (wanted: Wanted): EditManner => ({
  edit: (text, found) => {
    const edited = withBlock(wanted, text);
    if (edited === text) return { text, msg: '' };
    return {
      text: edited,
      msg: found.text === undefined ? 'File created' : wanted.block === '' ? 'Block removed' : 'Block inserted',
    };
  },
  header: (path) => `${path} (content)`,
  backupKey: 'backup_file',
  tellsAttributes: true,
  tellsFile: false,
  missing: (path) => new ModuleFailure(`Path ${path} does not exist !`, [['rc', 257]]),
});

const withBlock = (wanted: Wanted, text: string): string => {
  const lines = linesOf(text);
  const block =
    wanted.block === ''
      ? []
      : [wanted.begin, ...wanted.block.replace(/\n$/, '').split('\n'), wanted.end].map((line) => `${line}\n`);
  const bare = lines.map((line) => line.replace(/[\r\n]+$/, ''));
  const first = bare.lastIndexOf(wanted.begin);
  const last = bare.lastIndexOf(wanted.end);
  let rest = lines;
  let place: number;
  if (first >= 0 && last >= 0) {
    // Markers in the wrong order enclose nothing: what lies between them is not ours.
    [rest, place] =
      first <= last
        ? [lines.toSpliced(first, last - first + 1), first]
        : [lines.toSpliced(last, first - last + 1), last];
  } else place = placeOf(wanted, bare);
  if (block.length === 0) return first >= 0 && last >= 0 ? rest.join('') : text;
  const ended = rest.map((line, index) => (index === place - 1 && !line.endsWith('\n') ? `${line}\n` : line));
  const before = wanted.emptyBefore && place > 0 && (ended[place - 1] ?? '').trim() !== '' ? ['\n'] : [];
  const after = wanted.emptyAfter && place < ended.length && (ended[place] ?? '').trim() !== '' ? ['\n'] : [];
  return [...ended.slice(0, place), ...before, ...block, ...after, ...ended.slice(place)].join('');
};

/** Where a new block goes: behind or before the last line that matches, else at the end. */
const placeOf = (wanted: Wanted, lines: readonly string[]): number => {
  if (wanted.before === 'BOF') return 0;
  const pattern = wanted.before ?? (wanted.after === 'EOF' ? undefined : wanted.after);
  if (pattern === undefined) return lines.length;
  const regex = pythonRegex(pattern);
  const at = lines.findLastIndex((line) => {
    regex.lastIndex = 0;
    return regex.test(line);
  });
  if (at < 0) return lines.length;
  return wanted.before === undefined ? at + 1 : at;
};
