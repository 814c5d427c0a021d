import { defineModule, ModuleFailure } from '../module.ts';
import { needed, text } from '../read.ts';
import {
  applyEdit,
  type Edited,
  type EditFound,
  type EditManner,
  type EditWanted,
  editOptions,
  lookEdit,
  planEdit,
  readEdit,
} from './edit-file.ts';
import { pythonRegex, substituteAll } from './python-regex.ts';

interface Wanted extends EditWanted {
  readonly regexp: string;
  readonly replace: string;
  readonly after: string | undefined;
  readonly before: string | undefined;
}

/** Replaces every match of a pattern in a file. */
export const replace = defineModule<Wanted, EditFound>({
  name: 'replace',
  summary: 'Replace every match of a pattern in a file',
  options: {
    ...editOptions,
    regexp: { type: 'str', required: true, description: 'What to replace (Python, multi-line).' },
    replace: { type: 'str', default: '', description: 'What to put in its place; \\1 and \\g<name> stand for groups.' },
    after: { type: 'str', description: 'Only what stands behind a match of this is replaced.' },
    before: { type: 'str', description: 'Only what stands before a match of this is replaced.' },
    encoding: {
      type: 'str',
      default: 'utf-8',
      choices: ['utf-8', 'utf8', 'UTF-8'],
      description: 'The encoding of the file.',
    },
  },
  prepare: (args) => ({
    ...readEdit(args),
    regexp: needed(args, 'regexp'),
    replace: needed(args, 'replace'),
    after: text(args, 'after'),
    before: text(args, 'before'),
  }),
  look: lookEdit,
  plan: (wanted, found, context) => planEdit(wanted, found as EditFound, context, mannerOf(wanted)),
  apply: (wanted, found, plan, context) => applyEdit(wanted, found as EditFound, plan, context, mannerOf(wanted)),
});

const mannerOf = (wanted: Wanted): EditManner => ({
  edit: (text) => edited(wanted, text),
  header: (path) => path,
  backupKey: 'backup_file',
  tellsAttributes: true,
  tellsFile: false,
  missing: (path) => new ModuleFailure(`Path ${path} does not exist !`, [['rc', 257]]),
});

const edited = (wanted: Wanted, text: string): Edited => {
  const section = sectionOf(wanted, text);
  if (!section) {
    const pattern = sectionPattern(wanted);
    return { text, msg: `Pattern for before/after params did not match the given file: ${pattern}`, fields: { rc: 0 } };
  }
  const [start, end] = section;
  const done = substituteAll(pythonRegex(wanted.regexp, { multiline: true }), wanted.replace, text.slice(start, end));
  const whole = text.slice(0, start) + done.text + text.slice(end);
  return { text: whole, msg: whole === text ? '' : `${done.count} replacements made`, fields: { rc: 0 } };
};

const sectionPattern = ({ after, before }: Wanted): string => {
  if (after !== undefined && before !== undefined) return `${after}(?P<subsection>.*?)${before}`;
  return after !== undefined ? `${after}(?P<subsection>.*)` : `(?P<subsection>.*)${before}`;
};

/** The part of the text that may change, as start and end; undefined where `after` and `before` do not match. */
const sectionOf = (wanted: Wanted, text: string): readonly [number, number] | undefined => {
  if (wanted.after === undefined && wanted.before === undefined) return [0, text.length];
  const regex = pythonRegex(sectionPattern(wanted), { dotAll: true });
  regex.lastIndex = 0;
  const indices = new RegExp(regex.source, `${regex.flags.replace('g', '')}d`).exec(text)?.indices?.groups?.subsection;
  return indices;
};
