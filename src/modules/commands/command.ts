import type { Value } from '../../template/values.ts';
import { joinShell, sh } from '../../transport/shell/quote.ts';
import type { Reply } from '../../transport/transport.ts';
import { decode } from '../../util/bytes.ts';
import { asText } from '../coerce.ts';
import { type Arguments, defineModule, ModuleFailure, type OptionTable, type Plan, type Result } from '../module.ts';
import { flag, list, result, text } from '../read.ts';
import { expanded, home } from '../shell/path.ts';
import { splitWords } from '../shell/words.ts';
import { createsOptions, type Guard, type GuardFound, guardLook, whyNot } from './creates.ts';
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
  prepare: (args) => {
    const cmd = text(args, 'cmd');
    const argv = list(args, 'argv').map(asText);
    if (cmd === undefined && argv.length === 0)
      throw new ModuleFailure('no command given', [
        ['rc', 256],
        ['changed', false],
      ]);
    if (cmd !== undefined && argv.length > 0)
      throw new ModuleFailure('only command or argv can be given, not both', [
        ['rc', 256],
        ['changed', false],
      ]);
    const words = cmd === undefined ? argv : splitWords(cmd);
    if (words.length === 0)
      throw new ModuleFailure('no command given', [
        ['rc', 256],
        ['changed', false],
      ]);
    return { words, expand: flag(args, 'expand_argument_vars'), ...readRun(args) };
  },
  look: (wanted) =>
    guardLook(wanted) ?? { script: { text: sh`:` }, parse: () => ({ created: false, removable: false }) },
  plan: (wanted, found, context) =>
    planRun(wanted, found, [...wanted.words], wanted.words.join(' '), context.checkMode),
  apply: (wanted) => {
    const words = wanted.words.map((word) => (wanted.expand ? expanded(word) : sh`${word}`));
    const program = wanted.words[0] as string;
    return {
      script: {
        text: sh`${changeDirectory(wanted.chdir)}
exec ${joinShell(words, ' ')}`,
        functions: [home],
        ...stdinOf(wanted),
      },
      finish: (reply) =>
        notStarted(program, [...wanted.words], reply) ?? runResult([...wanted.words], reply, wanted.stripEnds),
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
  const times = { delta: null, end: null, rc: 0, start: null };
  if (reason !== undefined) {
    return {
      outcome: 'skip',
      changes: [],
      result: result({
        changed: false,
        cmd,
        ...times,
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
      changed: guarded,
      cmd,
      ...times,
      msg: 'Command would have run if not in check mode',
      skipped: guarded ? undefined : true,
      ...withLines({ stdout: '', stderr: '' }),
    }),
  };
};

/** The result where the shell could not start the program at all; undefined where it ran. */
export const notStarted = (program: string, cmd: Value, reply: Reply): Result | undefined => {
  if (reply.code !== 127 && reply.code !== 126) return undefined;
  const message = /exec: .*: (not found|[Pp]ermission denied|No such file or directory|.*)\n?$/.exec(
    decode(reply.stderr),
  );
  if (!message || decode(reply.stderr).trim().includes('\n')) return undefined;
  const denied = reply.code === 126;
  const number = denied ? 13 : 2;
  return result({
    changed: false,
    cmd,
    failed: true,
    msg: `Error executing command: [Errno ${number}] ${denied ? 'Permission denied' : 'No such file or directory'}: '${program}'`,
    rc: number,
    ...withLines({ stdout: '', stderr: '' }),
  });
};
