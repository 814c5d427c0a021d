import type { Dict, Value } from '../../template/values.ts';
import { type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Look, ModuleFailure, type OptionTable } from '../module.ts';
import { result } from '../read.ts';
import { expanded, home } from '../shell/path.ts';
import { put, readRecords } from '../shell/records.ts';

/** `creates` and `removes`: whether a command has anything left to do. Both may be patterns; relative ones count from `chdir`. */
export const createsOptions: OptionTable = {
  creates: { type: 'path', description: 'A file or pattern; where it exists the command is not run.' },
  removes: { type: 'path', description: 'A file or pattern; where it does not exist the command is not run.' },
  chdir: { type: 'path', description: 'The directory to run the command in.' },
};

export interface Guard {
  readonly creates: string | undefined;
  readonly removes: string | undefined;
  readonly chdir: string | undefined;
}

export interface GuardFound {
  readonly created: boolean;
  readonly removable: boolean;
}

/** Looks at what the guard names; throws ModuleFailure where `chdir` is no directory, with `cmd` in the result. */
export const guardLook = ({ creates, removes, chdir }: Guard, cmd: Value): Look<GuardFound> => {
  if (creates === undefined && removes === undefined && chdir === undefined)
    return { script: { text: sh`:` }, parse: () => ({ created: false, removable: false }) };
  const matches = (pattern: string, key: string): ShellText =>
    // Without IFS the pattern is expanded and not split at its blanks.
    sh`IFS= kb_pattern=${expanded(pattern)}; set -- $kb_pattern; for kb_x do { [ -e "$kb_x" ] || [ -L "$kb_x" ]; } && { kb_put ${key} 1; break; }; done; unset IFS`;
  const text = sh`${chdir === undefined ? sh`:` : sh`cd -- ${expanded(chdir)} 2>/dev/null || { kb_put nowhere 1; exit 0; }`}
${creates === undefined ? sh`:` : matches(creates, 'created')}
${removes === undefined ? sh`:` : matches(removes, 'removable')}
:`;
  return {
    script: { text, functions: [put, home] },
    parse: (reply) => {
      const { fields } = readRecords(reply);
      if (fields.has('nowhere')) throw noDirectory(cmd);
      return { created: fields.has('created'), removable: fields.has('removable') };
    },
  };
};

export const noDirectory = (cmd: Value): ModuleFailure =>
  new ModuleFailure('Unable to change directory before execution.', [...notRun(cmd)] as [string, Value][]);

/** The fields of a command that did not run. */
export const notRun = (cmd: Value): Dict =>
  result({
    cmd,
    delta: null,
    end: null,
    rc: null,
    start: null,
    stdout: '',
    stderr: '',
    stdout_lines: [],
    stderr_lines: [],
  });

/** Why the command is not run; undefined where it is. */
export const whyNot = (guard: Guard, found: GuardFound | undefined): string | undefined => {
  if (guard.creates !== undefined && found?.created) return `since '${guard.creates}' exists`;
  if (guard.removes !== undefined && !found?.removable) return `since '${guard.removes}' does not exist`;
  return undefined;
};
