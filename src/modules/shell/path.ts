import { joinShell, ShellText, sh } from '../../transport/shell/quote.ts';
import type { ShellFunction } from '../../transport/transport.ts';

/**
 * A path of the host as shell text: quoted, with a leading `~` or `~user` and `$NAME`/`${NAME}` left for the host to
 * expand, as options of type `path` promise. A variable that is not set stays as it was written. `home` must be among
 * the script's functions.
 */
export const remotePath = (path: string): ShellText => expanded(path.startsWith('-') ? `./${path}` : path);

/** Whether a path is the same here as for `remotePath`, and can stand in a line of a program's output and be found there. */
export const isLiteral = (path: string): boolean => /^\/[^~$\\\n\0]*[^~$\\\n\0/]$/.test(path) && !path.includes('//');

/** The same for a word that need not be a path: a leading dash stays. */
export const expanded = (word: string): ShellText => {
  const [, user, rest] = /^~([^/$]*)(.*)$/s.exec(word) ?? [undefined, undefined, word];
  const pieces = (rest as string).split(/(\$\w+|\$\{\w+\})/).filter((piece) => piece !== '');
  const words = pieces.map((piece) => (/^\$(\w+|\{\w+\})$/.test(piece) ? variable(piece) : sh`${piece}`));
  if (user === undefined) return words.length > 0 ? joinShell(words, '') : sh`${''}`;
  return joinShell([user === '' ? sh`"$HOME"` : sh`"$(kb_home ${user})"`, ...words], '');
};

const variable = (piece: string): ShellText => {
  const name = piece.replace(/[${}]/g, '');
  if (/^\d/.test(name)) return sh`${piece}`;
  // The name is letters, digits and underscores only, so it may stand in the text as it is.
  return new ShellText(`"\${${name}-${piece.replace(/[$}]/g, '\\$&')}}"`);
};

/** `kb_home USER` prints the home directory of USER, or `~USER` where there is no such user. */
export const home: ShellFunction = {
  name: 'kb_home',
  text: `kb_home() {
  while IFS=: read -r kb_n kb_x kb_x kb_x kb_x kb_h kb_x; do
    [ "$kb_n" = "$1" ] && { printf %s "$kb_h"; return; }
  done < /etc/passwd
  kb_h=$(getent passwd "$1" 2>/dev/null | cut -d: -f6)
  printf %s "\${kb_h:-~$1}"
}`,
};
