import { basename } from 'node:path';
import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { flag, result, text } from '../read.ts';
import { expanded, home } from '../shell/path.ts';
import { splitWords } from '../shell/words.ts';
import { createsOptions, type Guard, type GuardFound, guardLook, whyNot } from './creates.ts';
import { changeDirectory, outputFields } from './run.ts';

interface Wanted extends Guard {
  readonly line: string;
  readonly name: string;
  readonly content: Uint8Array;
  readonly words: readonly string[];
  /** What runs the script: `executable`, or what its first line names; empty for a program that runs itself. */
  readonly interpreter: readonly string[];
}

/** Sends a script of the controller to the host, runs it there, and takes it away again. */
export const script = defineModule<Wanted, GuardFound>({
  name: 'script',
  summary: 'Run a script of the controller on the host',
  freeForm: 'cmd',
  options: {
    cmd: { type: 'str', required: true, aliases: ['free_form'], description: 'The script, and its arguments.' },
    executable: { type: 'str', description: 'What runs the script.' },
    decrypt: { type: 'bool', default: true, description: 'Whether a script of the vault is decrypted.' },
    ...createsOptions,
  },
  prepare: (args, context) => {
    const line = text(args, 'cmd') ?? '';
    const [file, ...words] = splitWords(line);
    if (file === undefined) throw new ModuleFailure('no script given');
    const path = context.findFile('files', file);
    const content = context.readFile(path, flag(args, 'decrypt'));
    const executable = text(args, 'executable');
    return {
      line,
      name: basename(path),
      content,
      words,
      interpreter: executable === undefined ? interpreterOf(content) : splitWords(executable),
      creates: text(args, 'creates'),
      removes: text(args, 'removes'),
      chdir: text(args, 'chdir'),
    };
  },
  look: (wanted) => guardLook(wanted, wanted.line),
  plan: (wanted, found) => {
    const reason = whyNot(wanted, found);
    if (reason !== undefined) {
      const msg = `${wanted.creates ?? wanted.removes} ${wanted.creates === undefined ? 'does not exist' : 'exists'}, matching ${wanted.creates === undefined ? 'removes' : 'creates'} option`;
      return { outcome: 'skip', changes: [], result: result({ changed: false, skipped: true, msg }) };
    }
    return {
      outcome: 'act',
      changes: [{ what: 'script', before: null, after: wanted.line }],
      result: result({ changed: false, skipped: true, msg: 'Check mode is not supported for this task.' }),
    };
  },
  apply: (wanted) => ({
    script: {
      // The script is removed by the shell that waits for it, so it is not exec'd.
      text: sh`kb_dir=$(umask 077; mktemp -d "\${TMPDIR:-/tmp}/.k8s-bm.XXXXXX") || exit
trap 'rm -rf -- "$kb_dir"' EXIT
trap 'exit 143' HUP INT TERM
kb_script=$kb_dir/${wanted.name}
cat > "$kb_script" && chmod 0700 "$kb_script" || exit
(${changeDirectory(wanted.chdir)}
exec ${joinShell([...wanted.interpreter.map((word) => sh`${word}`), sh`"$kb_script"`, ...wanted.words.map(expanded)], ' ')} </dev/null)`,
      functions: [home],
      stdin: wanted.content,
    },
    finish: (reply) =>
      result({
        changed: true,
        rc: reply.code,
        ...outputFields(reply, false),
        ...(reply.code === 0 ? {} : { failed: true, msg: 'non-zero return code' }),
      }),
  }),
});

/** Named outright, so that a script runs from a directory that is mounted noexec, too. */
const interpreterOf = (content: Uint8Array): readonly string[] => {
  if (content[0] === 0x7f) return [];
  const line = decode(content.subarray(0, 256)).split('\n', 1)[0] as string;
  const match = /^#!\s*(\S+)(?:\s+(.*\S))?\s*$/.exec(line);
  if (!match) return ['/bin/sh'];
  return match[2] === undefined ? [match[1] as string] : [match[1] as string, match[2]];
};
