import { type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Look, OptionTable } from '../module.ts';
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

/** Undefined where there is nothing to look at. */
export const guardLook = (guard: Guard): Look<GuardFound> | undefined => {
  const { creates, removes, chdir } = guard;
  if (creates === undefined && removes === undefined) return undefined;
  const matches = (pattern: string, key: string): ShellText =>
    // Without IFS the pattern is expanded and not split at its blanks.
    sh`IFS= kb_pattern=${expanded(pattern)}; set -- $kb_pattern; for kb_x do { [ -e "$kb_x" ] || [ -L "$kb_x" ]; } && { kb_put ${key} 1; break; }; done; unset IFS`;
  const text = sh`${chdir === undefined ? sh`:` : sh`cd -- ${expanded(chdir)} 2>/dev/null`}
${creates === undefined ? sh`:` : matches(creates, 'created')}
${removes === undefined ? sh`:` : matches(removes, 'removable')}
:`;
  return {
    script: { text, functions: [put, home] },
    parse: (reply) => {
      const { fields } = readRecords(reply);
      return { created: fields.has('created'), removable: fields.has('removable') };
    },
  };
};

/** Why the command is not run; undefined where it is. */
export const whyNot = (guard: Guard, found: GuardFound | undefined): string | undefined => {
  if (guard.creates !== undefined && found?.created) return `since '${guard.creates}' exists`;
  if (guard.removes !== undefined && !found?.removable) return `since '${guard.removes}' does not exist`;
  return undefined;
};
