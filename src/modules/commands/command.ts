import type { Value } from '../../template/values.ts';
import { joinShell, quote, sh } from '../../transport/shell/quote.ts';
import type { Reply } from '../../transport/transport.ts';
import { decode } from '../../util/bytes.ts';
import { asText } from '../coerce.ts';
import { type Arguments, defineModule, ModuleFailure, type OptionTable, type Plan, type Result } from '../module.ts';
import { flag, list, result, text } from '../read.ts';
import { expanded, home } from '../shell/path.ts';
import { splitWords } from '../shell/words.ts';
import { createsOptions, type Guard, type GuardFound, guardLook, notRun, whyNot } from './creates.ts';
import { changeDirectory, runResult, type Stdin, stdinOf, withLines } from './run.ts';

interface Wanted extends Guard, Stdin {
  readonly words: readonly string[];
  readonly expand: boolean;
  readonly stripEnds: boolean;
}

/** What `command` and `shell` both take. */
export const runOptions: OptionTable = {
  ...createsOptions,
  stdin: { type: 'str', description: 'What the command reads on its standard input.' },
  stdin_add_newline: { type: 'bool', default: true, description: 'Whether to end stdin with a newline.' },
  strip_empty_ends: {
    type: 'bool',
    default: true,
    description: 'Whether to drop empty lines at the end of the output.',
  },
};

/** Runs a program with its arguments; no shell reads them, so pipes and redirections are words like any other. */
export const command = defineModule<Wanted, GuardFound>({
  name: 'command',
  aliases: ['ansible.windows.win_command'],
  summary: 'Run a command',
  freeForm: 'cmd',
  options: {
    cmd: { type: 'str', description: 'The command line, split into words as a shell would.' },
    argv: { type: 'list', elements: 'str', description: 'The command as a list of words.' },
    expand_argument_vars: {
      type: 'bool',
      default: true,
      description: 'Whether $NAME and ~ in the words are expanded.',
    },
    ...runOptions,
  },
  constraints: { requiredOneOf: [['cmd', 'argv']], mutuallyExclusive: [['cmd', 'argv']] },
  prepare: (args) => {
    const cmd = text(args, 'cmd');
    const argv = list(args, 'argv').map(asText);
    const words = cmd === undefined ? argv : splitWords(cmd);
    if (words.length === 0) throw new ModuleFailure('no command given', [['rc', 256]]);
    return { words, expand: flag(args, 'expand_argument_vars'), ...readRun(args) };
  },
  look: (wanted) => guardLook(wanted, [...wanted.words]),
  plan: (wanted, found, context) =>
    planRun(wanted, found, [...wanted.words], wanted.words.join(' '), context.checkMode),
  apply: (wanted) => {
    const words = wanted.words.map((word) => (wanted.expand ? expanded(word) : sh`${word}`));
    return {
      script: {
        text: sh`${changeDirectory(wanted.chdir)}
exec ${joinShell(words, ' ')}`,
        functions: [home],
        ...stdinOf(wanted),
      },
      finish: (reply) => notStarted(wanted.words, reply) ?? runResult([...wanted.words], reply, wanted.stripEnds),
    };
  },
});

export const readRun = (args: Arguments): Guard & Stdin & { stripEnds: boolean } => ({
  creates: text(args, 'creates'),
  removes: text(args, 'removes'),
  chdir: text(args, 'chdir'),
  stdin: text(args, 'stdin'),
  addNewline: flag(args, 'stdin_add_newline'),
  stripEnds: flag(args, 'strip_empty_ends'),
});

/** A command's plan: to run, or not to where `creates` or `removes` say so. */
export const planRun = (
  guard: Guard,
  found: GuardFound | undefined,
  cmd: Value,
  shown: string,
  check: boolean,
): Plan => {
  const reason = whyNot(guard, found);
  if (reason !== undefined) {
    return {
      outcome: 'skip',
      changes: [],
      result: result({
        ...Object.fromEntries(notRun(cmd)),
        changed: false,
        rc: 0,
        msg: `${check ? 'Would not run' : 'Did not run'} command ${reason}`,
        ...withLines({ stdout: `skipped, ${reason.replaceAll("'", '')}`, stderr: '' }),
      }),
    };
  }
  const guarded = guard.creates !== undefined || guard.removes !== undefined;
  return {
    outcome: 'act',
    changes: [{ what: 'command', before: null, after: shown }],
    result: result({
      ...Object.fromEntries(notRun(cmd)),
      changed: guarded,
      rc: 0,
      msg: 'Command would have run if not in check mode',
      skipped: guarded ? undefined : true,
    }),
  };
};

/** The result where the shell could not start the program at all; undefined where it ran. */
export const notStarted = (words: readonly string[], reply: Reply): Result | undefined => {
  if (reply.code !== 127 && reply.code !== 126) return undefined;
  const said = decode(reply.stderr).trim();
  if (said.includes('\n') || !/exec: /.test(said)) return undefined;
  return result({
    changed: false,
    cmd: words.map(quote).join(' '),
    failed: true,
    msg: 'Error executing command.',
    // What Python's OSError would have counted: EACCES, ENOENT.
    rc: reply.code === 126 ? 13 : 2,
    ...withLines({ stdout: '', stderr: '' }),
  });
};
