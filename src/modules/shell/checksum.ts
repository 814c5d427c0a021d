import type { ShellFunction } from '../../transport/transport.ts';

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
