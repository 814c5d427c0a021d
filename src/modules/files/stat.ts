import { posix } from 'node:path';
import type { Dict } from '../../template/values.ts';
import { sh } from '../../transport/shell/quote.ts';
import { defineModule, type Look, ModuleFailure } from '../module.ts';
import { flag, needed, result, text } from '../read.ts';
import { algorithms, sum } from '../shell/checksum.ts';
import { home, remotePath } from '../shell/path.ts';
import { put, type Records, readRecords } from '../shell/records.ts';
import { askStat, type FileStat, readStat, stat as statFunction, whyUnreadable } from '../shell/stat.ts';
import { statFields } from './stat-fields.ts';

interface Wanted {
  readonly path: string;
  readonly follow: boolean;
  readonly checksum: string | undefined;
  readonly mime: boolean;
  readonly attributes: boolean;
}

/** Tells what is at a path: kind, owner, permissions, times, digest, MIME type and flags. */
export const stat = defineModule<Wanted, Dict>({
  name: 'stat',
  summary: 'Tell what is at a path',
  options: {
    path: { type: 'path', required: true, aliases: ['dest', 'name'], description: 'The path to look at.' },
    follow: { type: 'bool', default: false, description: 'Whether to follow a link.' },
    get_checksum: { type: 'bool', default: true, description: 'Whether to tell the digest of a file.' },
    get_mime: {
      type: 'bool',
      default: true,
      aliases: ['mime', 'mime_type', 'mime-type'],
      description: 'Whether to tell the MIME type, where the host has the program file.',
    },
    get_attributes: {
      type: 'bool',
      default: true,
      aliases: ['attr', 'attributes'],
      description: 'Whether to tell the flags, where the host has lsattr.',
    },
    get_selinux_context: { type: 'bool', default: false, description: 'Whether to tell the SELinux context.' },
    checksum_algorithm: {
      type: 'str',
      default: 'sha1',
      choices: [...algorithms],
      aliases: ['checksum', 'checksum_algo'],
      description: 'Which digest.',
    },
  },
  prepare: (args) => ({
    path: needed(args, 'path'),
    follow: flag(args, 'follow'),
    checksum: flag(args, 'get_checksum') ? text(args, 'checksum_algorithm') : undefined,
    mime: flag(args, 'get_mime'),
    attributes: flag(args, 'get_attributes'),
  }),
  look: (wanted) => look(wanted),
  plan: (_, found) => ({ outcome: 'nothing', changes: [], result: result({ changed: false, stat: found }) }),
});

const look = ({ path, follow, checksum, mime, attributes }: Wanted): Look<Dict> => {
  const followed = follow ? sh`-L` : sh``;
  const text = sh`kb_path=${remotePath(path)}
kb_put path "$kb_path"
kb_stat '' "$kb_path" ${followed}
[ -e "$kb_path" ] || [ -L "$kb_path" ] || exit 0
for kb_x in r w x; do test -$kb_x "$kb_path" && kb_put can_$kb_x 1; done
if [ -L "$kb_path" ] && [ -e "$kb_path" ]; then kb_put source "$(readlink -f -- "$kb_path")"; fi
${checksum === undefined ? sh`:` : sh`if [ -f "$kb_path" ] && ${follow ? sh`:` : sh`[ ! -L "$kb_path" ]`} && [ -r "$kb_path" ]; then kb_put checksum "$(kb_sum ${checksum} "$kb_path")"; fi`}
${mime ? sh`kb_put mime "$(LC_ALL=C file ${followed} -b -i -- "$kb_path" 2>/dev/null)"` : sh`:`}
${attributes ? sh`kb_put attributes "$(LC_ALL=C lsattr -vd -- "$kb_path" 2>/dev/null)"` : sh`:`}
:`;
  return {
    script: { text, functions: [put, home, statFunction, sum], batches: follow ? [] : [askStat(path)] },
    parse: (reply) => {
      const records = readRecords(reply);
      const found = readStat(records);
      const reason = whyUnreadable(records);
      if (reason !== undefined) throw new ModuleFailure(reason);
      return found ? describe(found, records, mime, attributes) : result({ exists: false });
    },
  };
};

const describe = (found: FileStat, { fields }: Records, mime: boolean, attributes: boolean): Dict => {
  const [, mimetype, charset] = /^([^;]+); charset=(\S+)$/.exec(fields.get('mime') ?? '') ?? [];
  const link = found.type === 'link';
  return result({
    exists: true,
    path: fields.get('path'),
    ...statFields(found),
    blocks: found.blocks,
    block_size: found.blockSize,
    device_type: found.deviceType,
    readable: fields.has('can_r'),
    writeable: fields.has('can_w'),
    executable: fields.has('can_x'),
    pw_name: found.user,
    gr_name: found.group,
    // busybox's readlink -f says nothing useful of a link that leads nowhere.
    lnk_source: link
      ? (fields.get('source') ?? posix.resolve(posix.dirname(fields.get('path') ?? '/'), found.target ?? ''))
      : undefined,
    lnk_target: link ? found.target : undefined,
    checksum: fields.get('checksum') || undefined,
    ...(mime ? { mimetype: mimetype || 'unknown', charset: charset || 'unknown' } : {}),
    ...(attributes ? flagsOf(fields.get('attributes') ?? '') : {}),
  });
};

/** `12345 -----e---- path`, as lsattr -v prints it; nothing where the file system has no flags. */
const flagsOf = (line: string): Record<string, string | string[] | null> => {
  const match = /^\s*(\d+)\s+([-A-Za-z]+)\s/.exec(line);
  if (!match) return { attributes: [], attr_flags: '', version: null };
  const flags = (match[2] as string).replaceAll('-', '');
  return {
    version: match[1] as string,
    attr_flags: flags,
    attributes: [...flags].map((flag) => flagNames[flag] ?? flag),
  };
};

/** The words that Ansible's documentation of `stat` gives to the letters of lsattr. */
const flagNames: Readonly<Record<string, string>> = {
  A: 'noatime',
  a: 'append',
  c: 'compressed',
  C: 'nocow',
  d: 'nodump',
  D: 'dirsync',
  e: 'extents',
  E: 'encrypted',
  h: 'blocksize',
  i: 'immutable',
  I: 'indexed',
  j: 'journalled',
  N: 'inline',
  s: 'zero',
  S: 'synchronous',
  t: 'notail',
  T: 'blockroot',
  u: 'undelete',
  X: 'compressedraw',
  Z: 'compresseddirty',
};
