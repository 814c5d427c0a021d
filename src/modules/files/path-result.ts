import type { Dict } from '../../template/values.ts';
import { result } from '../read.ts';
import { type FileStat, formatMode } from '../shell/stat.ts';

/** What every result that names a file tells of it: mode, owner, size, and what it is. Empty where nothing is there. */
export const pathResult = (stat: FileStat | undefined): Dict =>
  stat === undefined
    ? new Map()
    : result({
        uid: stat.uid,
        gid: stat.gid,
        owner: stat.user ?? String(stat.uid),
        group: stat.group ?? String(stat.gid),
        mode: formatMode(stat.mode),
        state: stateOf(stat),
        size: stat.size,
      });

/** Ansible's word for what is there: a file with several names is `hard`, and whatever else is no directory or link a `file`. */
export const stateOf = (stat: FileStat | undefined): 'absent' | 'link' | 'directory' | 'hard' | 'file' => {
  if (!stat) return 'absent';
  if (stat.type === 'link' || stat.type === 'directory') return stat.type;
  return stat.links > 1 ? 'hard' : 'file';
};

/** A state as `--diff` prints it. */
export const stateText = (state: Readonly<Record<string, unknown>>): string => {
  const keys = Object.keys(state).sort();
  return `${JSON.stringify(Object.fromEntries(keys.map((key) => [key, state[key]])), null, 4)}\n`;
};
