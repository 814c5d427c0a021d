import type { Module } from '../module.ts';
import { blockinfile } from './blockinfile.ts';
import { copy } from './copy.ts';
import { fetch } from './fetch.ts';
import { file } from './file.ts';
import { find } from './find.ts';
import { ini_file } from './ini_file.ts';
import { lineinfile } from './lineinfile.ts';
import { replace } from './replace.ts';
import { slurp } from './slurp.ts';
import { stat } from './stat.ts';
import { tempfile } from './tempfile.ts';
import { template } from './template.ts';
import { unarchive } from './unarchive.ts';

export const files: readonly Module[] = [
  blockinfile,
  copy,
  fetch,
  file,
  find,
  ini_file,
  lineinfile,
  replace,
  slurp,
  stat,
  tempfile,
  template,
  unarchive,
];
