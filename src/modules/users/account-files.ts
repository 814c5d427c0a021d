import { type ShellText, sh } from '../../transport/shell/quote.ts';
import type { ShellFunction } from '../../transport/transport.ts';

/** A line of /etc/passwd. */
export interface PasswdLine {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

/** A line of /etc/shadow; numbers are days, undefined where the field is empty. */
export interface ShadowLine {
  readonly password: string;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly warn: number | undefined;
  readonly inactive: number | undefined;
  readonly expires: number | undefined;
  readonly fields: readonly string[];
}

export interface GroupLine {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export const parsePasswd = (line: string): PasswdLine | undefined => {
  const [name, , uid, gid, comment, home, shell] = line.trimEnd().split(':');
  if (name === undefined || shell === undefined) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), comment: comment ?? '', home: home ?? '', shell };
};

export const parseShadow = (line: string): ShadowLine | undefined => {
  const fields = line.trimEnd().split(':');
  if (fields.length < 8) return undefined;
  const days = (index: number): number | undefined => (fields[index] ? Number(fields[index]) : undefined);
  return {
    password: fields[1] as string,
    min: days(3),
    max: days(4),
    warn: days(5),
    inactive: days(6),
    expires: days(7),
    fields,
  };
};

export const parseGroups = (text: string): GroupLine[] =>
  text.split('\n').flatMap((line) => {
    const [name, , gid, members] = line.split(':');
    if (name === undefined || members === undefined) return [];
    return [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }];
  });

/**
 * `kb_line FILE NAME` prints the line of that name, from the file alone; `kb_entry DATABASE NAME` asks the name service
 * first, where the host has one.
 */
export const accountLines: ShellFunction = {
  name: 'kb_line',
  text: `kb_line() { kb_name=$2 awk -F: '$1 == ENVIRON["kb_name"] { print; exit }' "$1"; }
kb_entry() { getent "$1" "$2" 2>/dev/null || kb_line "/etc/$1" "$2"; }`,
};

/**
 * `kb_put_line FILE NAME LINE` replaces that name's line: in a copy beside the file with the same owner and mode, which
 * is then renamed. For hosts that have no usermod or chage.
 */
export const putLine: ShellFunction = {
  name: 'kb_put_line',
  text: `kb_put_line() {
  kb_new=$(mktemp "$1.XXXXXX") || return
  chown "$(stat -c %u:%g "$1")" "$kb_new" && chmod "$(stat -c %a "$1")" "$kb_new" &&
  kb_name=$2 kb_with=$3 awk -F: '$1 == ENVIRON["kb_name"] { print ENVIRON["kb_with"]; next } { print }' "$1" > "$kb_new" &&
  mv -f "$kb_new" "$1" || { rm -f "$kb_new"; return 1; }
}`,
};

export const passwdText = (line: PasswdLine, password = 'x'): string =>
  [line.name, password, line.uid, line.gid, line.comment, line.home, line.shell].join(':');

export const putLineText = (file: string, name: string, line: string): ShellText =>
  sh`kb_put_line ${file} ${name} ${line}`;
