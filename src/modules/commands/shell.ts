import { sh } from '../../transport/shell/quote.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { needed, text } from '../read.ts';
import { home } from '../shell/path.ts';
import { notStarted, planRun, readRun, runOptions } from './command.ts';
import { type Guard, type GuardFound, guardLook } from './creates.ts';
import { changeDirectory, runResult, type Stdin, stdinOf } from './run.ts';

interface Wanted extends Guard, Stdin {
  readonly cmd: string;
  readonly executable: string;
  readonly stripEnds: boolean;
}

/** Runs a command line through a shell of the host: /bin/sh, or `executable`. */
export const shell = defineModule<Wanted, GuardFound>({
  name: 'shell',
  summary: 'Run a command line through a shell',
  freeForm: 'cmd',
  options: {
    cmd: { type: 'str', description: 'The command line.' },
    executable: { type: 'path', description: 'The shell, as an absolute path; /bin/sh where none is given.' },
    ...runOptions,
  },
  constraints: { requiredOneOf: [['cmd']] },
  prepare: (args) => {
    const cmd = needed(args, 'cmd');
    if (cmd.trim() === '') throw new ModuleFailure('no command given', [['rc', 256]]);
    return { cmd, executable: text(args, 'executable') ?? '/bin/sh', ...readRun(args) };
  },
  look: (wanted) => guardLook(wanted, wanted.cmd),
  plan: (wanted, found, context) => planRun(wanted, found, wanted.cmd, wanted.cmd, context.checkMode),
  apply: (wanted) => ({
    script: {
      text: sh`${changeDirectory(wanted.chdir)}
exec ${wanted.executable} -c ${wanted.cmd}`,
      functions: [home],
      ...stdinOf(wanted),
    },
    finish: (reply) =>
      notStarted([wanted.executable, '-c', wanted.cmd], reply) ?? runResult(wanted.cmd, reply, wanted.stripEnds),
  }),
});
