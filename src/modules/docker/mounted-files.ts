import type { ShellFunction } from '../../transport/transport.ts';
import { put, type Records } from '../shell/records.ts';

/** `kb_files FILE…` tells what the files hold that a container mounts, as sha256sum does: in one process where all are there. */
export const filesFunction: ShellFunction = {
  name: 'kb_files',
  needs: [put],
  text: `kb_files() {
  [ $# -gt 0 ] || return 0
  if kb_out=$(sha256sum -- "$@" 2>/dev/null); then kb_put file "$kb_out"; return; fi
  for kb_x do kb_put file "$(sha256sum -- "$kb_x" 2>/dev/null || printf 'absent  %s' "$kb_x")"; done
}`,
};

/** A line for each file: its checksum or `absent`, and its path. */
export const readFiles = ({ all }: Records): string =>
  all.flatMap(([key, value]) => (key === 'file' ? [value] : [])).join('\n');
