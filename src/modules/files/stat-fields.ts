import { Float } from '../../template/values.ts';
import type { FileStat } from '../shell/stat.ts';

/** What `stat` and `find` both tell of a file, under the names that Ansible's documentation gives them. */
export const statFields = (stat: FileStat) => {
  const may = (bit: number): boolean => (stat.mode & bit) !== 0;
  return {
    mode: stat.mode.toString(8).padStart(4, '0'),
    isdir: stat.type === 'directory',
    ischr: stat.type === 'character',
    isblk: stat.type === 'block',
    isreg: stat.type === 'file',
    isfifo: stat.type === 'fifo',
    islnk: stat.type === 'link',
    issock: stat.type === 'socket',
    uid: stat.uid,
    gid: stat.gid,
    size: stat.size,
    inode: stat.inode,
    dev: stat.device,
    nlink: stat.links,
    atime: new Float(Number(stat.atime)),
    mtime: new Float(Number(stat.mtime)),
    ctime: new Float(Number(stat.ctime)),
    wusr: may(0o200),
    rusr: may(0o400),
    xusr: may(0o100),
    wgrp: may(0o20),
    rgrp: may(0o40),
    xgrp: may(0o10),
    woth: may(0o2),
    roth: may(0o4),
    xoth: may(0o1),
    isuid: may(0o4000),
    isgid: may(0o2000),
  };
};
