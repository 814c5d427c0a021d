import type { Batch, ShellFunction } from '../../transport/transport.ts';
import { isLiteral } from './path.ts';
import { told } from './told.ts';

export const algorithms = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
export type Algorithm = (typeof algorithms)[number];

/** `kb_sum ALGORITHM PATH` prints the file's digest in hex, by whichever program the host has; fails where it has none. */
export const sum: ShellFunction = {
  name: 'kb_sum',
  text: `kb_sum() {
  if command -v "$1sum" >/dev/null 2>&1; then kb_d=$("$1sum" < "$2") || return
  elif command -v openssl >/dev/null 2>&1; then kb_d=$(openssl dgst "-$1" -r < "$2") || return
  elif command -v busybox >/dev/null 2>&1; then kb_d=$(busybox "$1sum" < "$2") || return
  else echo "no program here computes $1: neither $1sum nor openssl" >&2; return 127
  fi
  printf %s "\${kb_d%% *}"
}`,
};

/** `kb_sum_of SIZE PATH` sets kb_d to the SHA-1 of a file that is SIZE bytes long; to nothing, or to what it is, for another. */
export const sumOf: ShellFunction = {
  name: 'kb_sum_of',
  needs: [sum, told],
  text: `kb_sum_of() {
  if kb_told "$2" "$kb_sums"; then kb_d=$kb_told
  elif [ "$(stat -L -c %s -- "$2")" = "$1" ] && kb_sum sha1 "$2" >/dev/null; then kb_d=\${kb_d%% *}
  else kb_d=
  fi
}`,
};

/** The files of several looks are measured by one `stat`, and those that are as long as asked for are read by one `sha1sum`. */
const sumTogether: ShellFunction = {
  name: 'kb_sum_together',
  needs: [told],
  text: `kb_sum_together() {
  kb_sums=
  [ $# -gt 0 ] || return 0
  shift
  kb_asked=
  for kb_x do
    shift
    [ -f "\${kb_x#*:}" ] || continue
    set -- "$@" "\${kb_x#*:}"
    kb_asked="$kb_asked$kb_x//asked
"
  done
  [ $# -gt 0 ] || return 0
  kb_sizes=$(stat -L -c %s:%n -- "$@" 2>/dev/null)
  kb_ifs_here=$IFS IFS='
'
  set -f
  set -- $kb_sizes
  set +f
  IFS=$kb_ifs_here
  for kb_x do
    shift
    ! kb_told "$kb_x" "$kb_asked" || set -- "$@" "\${kb_x#*:}"
  done
  [ $# -eq 0 ] || kb_sums=$(sha1sum -- "$@" 2>/dev/null | sed 's,^\\([0-9a-f]*\\)  \\(.*\\),\\2//\\1,')
}`,
};

/** For a look that calls `kb_sum_of` with this size and path, where the path is known here. */
export const askSumOf = (size: number, path: string): Batch => ({
  fn: sumTogether,
  words: isLiteral(path) ? [`${size}:${path}`] : [],
});
