import { sh } from '../../transport/shell/quote.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { result, text } from '../read.ts';
import { home } from '../shell/path.ts';
import { outputFields } from './run.ts';

interface Wanted {
  readonly line: string;
  readonly executable: string;
}

/** Runs a line as it is, through a shell of the host; what it says is all there is to the result. */
export const raw = defineModule<Wanted, null>({
  name: 'raw',
  summary: 'Run a line on the host as it is',
  freeForm: 'free_form',
  options: {
    free_form: { type: 'str', aliases: ['cmd'], description: 'The line.' },
    executable: { type: 'path', description: 'The shell, as an absolute path; /bin/sh where none is given.' },
  },
  prepare: (args) => {
    const line = text(args, 'free_form') ?? '';
    if (line.trim() === '') throw new ModuleFailure('no command given', [['rc', 256]]);
    return { line, executable: text(args, 'executable') ?? '/bin/sh' };
  },
  plan: ({ line }) => ({
    outcome: 'act',
    changes: [{ what: 'command', before: null, after: line }],
    result: result({ changed: false, skipped: true }),
  }),
  apply: ({ line, executable }) => ({
    script: { text: sh`exec ${executable} -c ${line}`, functions: [home] },
    finish: (reply) =>
      result({
        changed: true,
        rc: reply.code,
        ...outputFields(reply, false),
        ...(reply.code === 0 ? {} : { failed: true, msg: 'non-zero return code' }),
      }),
  }),
});
