import type { ShellFunction } from '../../transport/transport.ts';
import { ModuleFailure } from '../module.ts';
import type { Records } from './records.ts';
import { type FileStat, parseStat, statFormat } from './stat.ts';

/**
 * `kb_walk [-L] PATH FIND-ARGUMENTS…` writes a `batch` and then `name` records of all that `find` finds there; any name
 * is safe. With -L links are followed, and what they lead to is told under the link's name.
 */
export const walk: ShellFunction = {
  name: 'kb_walk',
  text: `kb_walk() {
  kb_follow=; if [ "$1" = -L ]; then kb_follow=-L; shift; fi
  KB_FOLLOW=$kb_follow LC_ALL=C find $kb_follow "$@" -exec sh -c '
    printf "batch=%s\\0" "$(stat $KB_FOLLOW -c "${statFormat}" -- "$@" 2>/dev/null || { for f do stat $KB_FOLLOW -c "${statFormat}" -- "$f" 2>/dev/null || stat -c "${statFormat}" -- "$f"; done; })"
    printf "name=%s\\0" "$@"' sh {} + 2>/dev/null
}`,
};

/** Paths with what is known of them, as find gave them. Throws ModuleFailure where files came or went meanwhile. */
export const readWalk = (records: Records): { readonly path: string; readonly stat: FileStat }[] => {
  const found: { path: string; stat: FileStat }[] = [];
  let lines: string[] = [];
  let at = 0;
  for (const [key, value] of records.all) {
    if (key === 'batch') {
      if (at !== lines.length) throw changed();
      lines = value === '' ? [] : value.split('\n');
      at = 0;
    } else if (key === 'name') {
      const line = lines[at++];
      if (line === undefined) throw changed();
      found.push({ path: value, stat: parseStat(line, undefined) });
    }
  }
  if (at !== lines.length) throw changed();
  return found;
};

const changed = (): ModuleFailure =>
  new ModuleFailure('files came or went in the directory while it was being read; run the task again');
