import { type ShellText, sh } from '../../transport/shell/quote.ts';
import type { ShellFunction } from '../../transport/transport.ts';
import { encode } from '../../util/bytes.ts';
import { backup, closeTemp, openTemp, takeContent } from './replace-file.ts';

/** What a script that calls `writeFile` needs. */
export const writeFileFunctions: readonly ShellFunction[] = [openTemp, takeContent, backup, closeTemp];

/**
 * Replaces a file by content that comes next on standard input, whole or not at all; a symbolic link is followed. Owner
 * and mode stay; a new file gets `mode`. With `keep`, what was there is copied aside first, its name in kb_kept.
 */
export const writeFile = (path: ShellText, size: number, mode = '0644', keep = false): ShellText =>
  sh`kb_target=${path}; kb_target=$(readlink -f -- "$kb_target" || printf %s "$kb_target")
${keep ? sh`[ ! -e "$kb_target" ] || kb_backup "$kb_target"` : sh`:`}
kb_open "$kb_target"; kb_take ${size}
kb_close "$kb_target" '' '' "\${kb_mode:-${mode}}" 1`;

/** Several texts as one standard input, and how many bytes each has. */
export const contentsOf = (texts: readonly string[]): { stdin: Uint8Array; sizes: readonly number[] } => {
  const pieces = texts.map(encode);
  return { stdin: Buffer.concat(pieces), sizes: pieces.map((piece) => piece.length) };
};
