import type { Value } from '../../template/values.ts';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Reply } from '../../transport/transport.ts';
import { splitLines } from '../commands/run.ts';
import { ModuleFailure, type Option } from '../module.ts';
import { expanded } from '../shell/path.ts';
import { parseRecords } from '../shell/records.ts';
import { splitWords } from '../shell/words.ts';

export const validateOption: Option = {
  type: 'str',
  description: 'A command that must succeed before the file takes its place; %s stands for the new content.',
};

/** Throws ModuleFailure where the command has no place for the file. */
export const checkValidate = (command: string | undefined, about: readonly [string, Value][] = []): void => {
  if (command !== undefined && !command.includes('%s'))
    throw new ModuleFailure(`validate must contain %s: ${command}`, about);
};

/** Shell text that runs the command on kb_tmp, and ends the script with records `validate` and `said` where it fails. */
export const validation = (command: string): ShellText => {
  const words = splitWords(command).map((word) =>
    joinShell(
      word
        .split('%s')
        .flatMap((piece, index) => [...(index > 0 ? [sh`"$kb_tmp"`] : []), ...(piece ? [expanded(piece)] : [])]),
      '',
    ),
  );
  return sh`kb_said=$(${joinShell(words, ' ')} 2>&1) || { kb_put validate $?; kb_put said "$kb_said"; exit 1; }`;
};

/** What a validation said that failed; undefined where none did. Both streams come as one. */
export const validationFailure = (
  reply: Reply,
): { code: number; said: string; output: [string, Value][] } | undefined => {
  const { fields } = parseRecords(reply.stdout);
  const code = fields.get('validate');
  if (code === undefined) return undefined;
  const said = fields.get('said') ?? '';
  const output: [string, Value][] = [
    ['stdout', ''],
    ['stdout_lines', []],
    ['stderr', said],
    ['stderr_lines', splitLines(said)],
  ];
  return { code: Number(code), said, output };
};
