import { type Arguments, defineModule, ModuleFailure } from '../module.ts';
import { flag, text, texts } from '../read.ts';
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

interface Wanted extends EditWanted {
  readonly section: string | undefined;
  readonly option: string | undefined;
  readonly values: readonly string[];
  readonly state: 'present' | 'absent';
  readonly exclusive: boolean;
  readonly noValue: boolean;
  readonly spaces: string;
  readonly ignoreSpaces: boolean;
  readonly reuseInactive: boolean;
}

/** Manages one option, or a whole section, of a file in the INI format; comments and order stay as they are. */
export const ini_file = defineModule<Wanted, EditFound>({
  name: 'ini_file',
  aliases: ['community.general.ini_file'],
  summary: 'Manage an option of an INI file',
  options: {
    ...editOptions,
    section: { type: 'str', description: 'The section; what stands before the first one where none is given.' },
    option: { type: 'str', description: 'The option; the section itself where none is given.' },
    value: { type: 'str', description: 'Its value.' },
    values: { type: 'list', elements: 'str', description: 'Its values, each on a line of its own.' },
    state: {
      type: 'str',
      choices: ['absent', 'present'],
      default: 'present',
      description: 'Whether it is to be there.',
    },
    exclusive: { type: 'bool', default: true, description: 'Whether the option has no other values.' },
    allow_no_value: {
      type: 'bool',
      default: false,
      description: 'Whether the option stands alone, without = and value.',
    },
    no_extra_spaces: { type: 'bool', default: false, description: 'Whether = has no blanks around it.' },
    ignore_spaces: { type: 'bool', default: false, description: 'Whether a line that differs in blanks alone stays.' },
    modify_inactive_option: {
      type: 'bool',
      default: true,
      description: 'Whether a commented line of the option is taken for it.',
    },
    create: { type: 'bool', default: true, description: 'Whether a file that is not there is made.' },
    follow: { type: 'bool', default: false, description: 'Taken for compatibility: a link is always followed.' },
  },
  constraints: { mutuallyExclusive: [['value', 'values']] },
  prepare: (args) => prepare(args),
  look: lookEdit,
  plan: (wanted, found, context) => planEdit(wanted, found as EditFound, context, mannerOf(wanted)),
  apply: (wanted, found, plan, context) => applyEdit(wanted, found as EditFound, plan, context, mannerOf(wanted)),
});

const prepare = (args: Arguments): Wanted => {
  const value = text(args, 'value');
  const wanted: Wanted = {
    ...readEdit(args),
    section: text(args, 'section'),
    option: text(args, 'option'),
    values: value === undefined ? texts(args, 'values') : [value],
    state: text(args, 'state') as Wanted['state'],
    exclusive: flag(args, 'exclusive'),
    noValue: flag(args, 'allow_no_value'),
    spaces: flag(args, 'no_extra_spaces') ? '' : ' ',
    ignoreSpaces: flag(args, 'ignore_spaces'),
    reuseInactive: flag(args, 'modify_inactive_option'),
  };
  if (wanted.state === 'present' && wanted.option !== undefined && wanted.values.length === 0 && !wanted.noValue)
    throw new ModuleFailure("Parameter 'value(s)' must be defined if state=present and allow_no_value=False.");
  return wanted;
};

const mannerOf = (wanted: Wanted): EditManner => ({
  edit: (text, found) => edited(wanted, text, found),
  header: (path) => `${path} (content)`,
  backupKey: 'backup_file',
  tellsAttributes: false,
  tellsFile: true,
  missing: (path) => new ModuleFailure(`Destination ${path} does not exist!`, [['rc', 257]]),
});

const edited = (wanted: Wanted, text: string, found: EditFound): Edited => {
  // A file that is empty begins with an empty line, as community.general leaves it.
  const lines = linesOf(text || '\n').map((line) => (line.endsWith('\n') ? line : `${line}\n`));
  const fields = { path: found.path };
  const [start, end] = sectionOf(lines, wanted.section);
  const done = (result: readonly string[], msg: string): Edited => {
    const whole = result.join('');
    const same = whole === text || `${text}\n` === whole;
    return same ? { text, msg: 'OK', fields } : { text: whole, msg, fields };
  };
  if (wanted.option === undefined) {
    if (wanted.state === 'absent')
      return start < 0 ? done(lines, 'OK') : done(lines.toSpliced(start, end - start), 'section removed');
    return start !== absent ? done(lines, 'OK') : done([...lines, `[${wanted.section}]\n`], 'section added');
  }
  if (wanted.state === 'absent') {
    if (start === absent) return done(lines, 'OK');
    const gone = (line: string, index: number): boolean =>
      index > start &&
      index < end &&
      optionOf(line) === wanted.option &&
      (wanted.exclusive || wanted.values.length === 0 || wanted.values.includes(textAfter(line)));
    return done(
      lines.filter((line, index) => !gone(line, index)),
      'option changed',
    );
  }
  if (start === absent) {
    const added = wantedLines(wanted);
    return done(
      [...lines, ...(wanted.section === undefined ? [] : [`[${wanted.section}]\n`]), ...added],
      'section and option added',
    );
  }
  const first = Math.max(start + 1, 0);
  const body = withOption(wanted, lines.slice(first, end));
  return done([...lines.slice(0, first), ...body.lines, ...lines.slice(end)], body.msg);
};

const absent = -2;

/** Where the section's head stands (-1: the part before the first section has none) and where it ends, or `absent`. */
const sectionOf = (lines: readonly string[], section: string | undefined): readonly [number, number] => {
  const isHead = (line: string): boolean => /^\s*\[[^\]]+\]/.test(line);
  const start =
    section === undefined || section === '' ? -1 : lines.findIndex((line) => line.trim().startsWith(`[${section}]`));
  if (start < 0 && section !== undefined && section !== '') return [absent, lines.length];
  const next = lines.findIndex((line, index) => index > start && isHead(line));
  return [start, next < 0 ? lines.length : next];
};

const withOption = (wanted: Wanted, body: readonly string[]): { lines: string[]; msg: string } => {
  const lines = [...body];
  const missing = wantedLines(wanted);
  const active = (line: string): boolean => optionOf(line) === wanted.option;
  // What is there already as wanted stays where it is.
  for (const line of lines) {
    if (!active(line)) continue;
    const at = missing.findIndex((each) => same(wanted, each, line));
    if (at >= 0) missing.splice(at, 1);
  }
  const satisfied = (line: string): boolean => wantedLines(wanted).some((each) => same(wanted, each, line));
  const takes = (line: string): boolean =>
    (wanted.exclusive && active(line) && !satisfied(line)) ||
    (wanted.reuseInactive && inactiveOf(line) === wanted.option);
  for (let at = 0; at < lines.length && missing.length > 0; at++) {
    const line = lines[at] as string;
    if (active(line) ? takes(line) : takes(line) && !lines.some((each) => active(each) && takes(each)))
      lines[at] = missing.shift() as string;
  }
  const kept = lines.filter((line) => !(wanted.exclusive && active(line) && !satisfied(line)));
  if (missing.length === 0) return { lines: kept, msg: 'option changed' };
  const last = kept.findLastIndex((line) => line.trim() !== '');
  return { lines: [...kept.slice(0, last + 1), ...missing, ...kept.slice(last + 1)], msg: 'option added' };
};

const wantedLines = ({ option, values, spaces, noValue }: Wanted): string[] =>
  values.length === 0 && noValue
    ? [`${option}\n`]
    : values.map((value) => `${option}${spaces}=${spaces}${value}\n`.replace(/[ ]+\n$/, value === '' ? ' \n' : '\n'));

const same = ({ ignoreSpaces }: Wanted, wanted: string, line: string): boolean =>
  wanted === line || (ignoreSpaces && optionOf(wanted) === optionOf(line) && textAfter(wanted) === textAfter(line));

const optionOf = (line: string): string | undefined =>
  /^\s*([^#;=:[\s][^=:]*?)\s*(?:[=:].*)?$/s.exec(line.trimEnd())?.[1];
const inactiveOf = (line: string): string | undefined => /^\s*[#;]\s*([^=:]+?)\s*=.*$/s.exec(line.trimEnd())?.[1];
const textAfter = (line: string): string => line.replace(/^[^=:]*[=:]?\s*/, '').trim();
