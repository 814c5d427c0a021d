import type { Batch, ShellFunction } from '../../transport/transport.ts';
import { isLiteral } from './path.ts';
import type { Records } from './records.ts';
import { told } from './told.ts';

/** What `stat` tells of one path. Times are seconds since 1970 as decimal text, with nanoseconds where the host gives them. */
export interface FileStat {
  readonly type: 'file' | 'directory' | 'link' | 'character' | 'block' | 'fifo' | 'socket';
  /** Permission bits with setuid, setgid and sticky: 0…0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Undefined where the number has no name. */
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly size: number;
  readonly inode: number;
  readonly device: number;
  readonly links: number;
  readonly blocks: number;
  readonly blockSize: number;
  readonly deviceType: number;
  readonly atime: string;
  readonly mtime: string;
  readonly ctime: string;
  /** Of a symbolic link, as it was written. */
  readonly target: string | undefined;
}

/** Works in GNU's and busybox's stat; the latter leaves the nanoseconds out. */
export const statFormat = '%f:%u:%g:%s:%i:%d:%h:%b:%o:%t:%T:%.9X:%.9Y:%.9Z:%U:%G';

/**
 * `kb_stat PREFIX PATH [-L]` writes the records PREFIX`stat` and, for a symbolic link, PREFIX`link`; or PREFIX`missing`
 * where nothing is there, and PREFIX`unreadable` with the reason where the host would not say.
 */
export const stat: ShellFunction = {
  name: 'kb_stat',
  needs: [told],
  text: `kb_stat() {
  if [ -z "$3" ] && kb_told "$2" "$kb_stats"; then kb_s=$kb_told; else kb_s=; fi
  if [ "$kb_s" ] || kb_s=$(LC_ALL=C stat $3 -c '${statFormat}' -- "$2" 2>&1); then
    printf '%sstat=%s\\0' "$1" "$kb_s"
    case $kb_s in a*) kb_s=$(readlink -- "$2"; printf .); kb_s=\${kb_s%.}
      printf '%slink=%s\\0' "$1" "\${kb_s%
}" ;; esac
  else
    case $kb_s in
      *'No such file'*) printf '%smissing=\\0' "$1" ;;
      *) printf '%sunreadable=%s\\0' "$1" "\${kb_s##*: }" ;;
    esac
  fi
}`,
};

/** The paths of several looks are asked for by one `stat`: `PATH//STAT` is a line for each that there is. */
const statTogether: ShellFunction = {
  name: 'kb_stat_together',
  text: `kb_stat_together() {
  kb_stats=
  [ $# -gt 0 ] || return 0
  shift
  kb_stats=$(stat -c '%n//${statFormat}' -- "$@" 2>/dev/null)
}`,
};

/** For a look that calls `kb_stat` with this path, where the path is known here. */
export const askStat = (path: string): Batch => ({ fn: statTogether, words: isLiteral(path) ? [path] : [] });

const types: Readonly<Record<number, FileStat['type']>> = {
  1: 'fifo',
  2: 'character',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'link',
  12: 'socket',
};

/** Undefined where the path does not exist or cannot be looked at (`whyUnreadable` tells which). */
export const readStat = (records: Records, prefix = ''): FileStat | undefined => {
  const line = records.fields.get(`${prefix}stat`);
  return line === undefined ? undefined : parseStat(line, records.fields.get(`${prefix}link`));
};

/** One line of `statFormat`. */
export const parseStat = (line: string, target: string | undefined): FileStat => {
  const at = line.split(':');
  const decimal = (index: number): number => Number(at[index]);
  const mode = Number.parseInt(at[0] as string, 16);
  const name = (index: number): string | undefined => (at[index] === 'UNKNOWN' ? undefined : at[index]);
  return {
    type: types[mode >> 12] ?? 'file',
    mode: mode & 0o7777,
    uid: decimal(1),
    gid: decimal(2),
    size: decimal(3),
    inode: decimal(4),
    device: decimal(5),
    links: decimal(6),
    blocks: decimal(7),
    blockSize: decimal(8),
    deviceType: Number.parseInt(at[9] as string, 16) * 256 + Number.parseInt(at[10] as string, 16),
    atime: at[11] as string,
    mtime: at[12] as string,
    ctime: at[13] as string,
    user: name(14),
    group: name(15),
    target,
  };
};

export const whyUnreadable = (records: Records, prefix = ''): string | undefined =>
  records.fields.get(`${prefix}unreadable`);

/** `0644`, `02755`: as Ansible's modules of files write a mode. */
export const formatMode = (mode: number): string => `0${mode.toString(8).padStart(3, '0')}`;
