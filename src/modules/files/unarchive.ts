import { statSync } from 'node:fs';
import type { Dict, Value } from '../../template/values.ts';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import type { ShellFunction } from '../../transport/transport.ts';
import { type Arguments, defineModule, type Look, type ModuleContext, ModuleFailure, type Plan } from '../module.ts';
import { flag, needed, result, text, texts } from '../read.ts';
import { home, remotePath } from '../shell/path.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { type FileStat, readStat, stat } from '../shell/stat.ts';
import { type Attributes, attributeOptions, readAttributes } from './attributes.ts';
import { pathResult } from './path-result.ts';

interface Wanted {
  readonly src: string;
  /** The archive itself where it is the controller's; undefined where it is on the host. */
  readonly content: Uint8Array | undefined;
  readonly dest: string;
  readonly creates: string | undefined;
  readonly options: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly keepNewer: boolean;
  readonly listFiles: boolean;
  readonly attributes: Attributes;
}

interface Found {
  readonly dest: FileStat | undefined;
  readonly created: boolean;
  readonly kind: string;
  /** The first thing that differs from the archive; undefined where all is unpacked. */
  readonly difference: string | undefined;
}

/** Unpacks an archive (tar, plain or compressed, or zip) of the controller or of the host into a directory. */
export const unarchive = defineModule<Wanted, Found>({
  name: 'unarchive',
  summary: 'Unpack an archive',
  options: {
    src: { type: 'path', required: true, description: 'The archive.' },
    dest: { type: 'path', required: true, description: 'The directory, which must be there.' },
    remote_src: { type: 'bool', default: false, description: 'Whether the archive is on the host.' },
    copy: { type: 'bool', description: 'The opposite of remote_src.' },
    creates: { type: 'path', description: 'A path; where it exists nothing is done.' },
    extra_opts: { type: 'list', elements: 'str', default: [], description: 'Further options of tar or unzip.' },
    include: { type: 'list', elements: 'str', default: [], description: 'Only these members.' },
    exclude: { type: 'list', elements: 'str', default: [], description: 'Not these members.' },
    keep_newer: { type: 'bool', default: false, description: 'Whether newer files stay as they are.' },
    list_files: { type: 'bool', default: false, description: 'Whether the members are told.' },
    decrypt: { type: 'bool', default: true, description: 'Whether an archive of the vault is decrypted.' },
    validate_certs: { type: 'bool', default: true, description: 'Taken for compatibility; fetch with get_url.' },
    ...attributeOptions,
  },
  constraints: { mutuallyExclusive: [['include', 'exclude']] },
  prepare: (args, context) => prepare(args, context),
  look: (wanted) => look(wanted),
  plan: (wanted, found) => planUnpack(wanted, found as Found),
  apply: (wanted, found) => ({
    script: {
      text: sh`${archive(wanted)}
kb_out=$(${unpack(wanted, (found as Found).kind)} 2>&1) || kb_fail "failed to unpack ${sh`${wanted.src}`} to ${sh`${wanted.dest}`}: $kb_out"
${owned(wanted, (found as Found).kind)}
kb_stat '' ${remotePath(wanted.dest)}
${wanted.listFiles ? sh`kb_put files "$(${members((found as Found).kind)})"` : sh`:`}`,
      functions: [put, fail, home, stat, unpacker],
      ...(wanted.content ? { stdin: wanted.content } : {}),
    },
    finish: (reply) => {
      const records = readRecords(reply);
      const listed = records.fields.get('files')?.split('\n');
      return new Map([
        ...baseResult(wanted, true),
        ...(listed ? result({ files: listed }) : []),
        ...pathResult(readStat(records)),
      ]);
    },
  }),
});

const prepare = (args: Arguments, context: ModuleContext): Wanted => {
  const src = needed(args, 'src');
  const copy = args.get('copy');
  const remote = copy === undefined ? flag(args, 'remote_src') : copy === false;
  if (/^(https?|ftp):\/\//.test(src))
    throw new ModuleFailure(`${src} is a URL: fetch it with get_url, and unpack what it left with remote_src: true`);
  const local = remote ? undefined : context.findFile('files', src);
  if (local !== undefined && statSync(local).isDirectory())
    throw new ModuleFailure(`${local} is a directory, not an archive`);
  return {
    src: local ?? src,
    content: local === undefined ? undefined : context.readFile(local, flag(args, 'decrypt')),
    dest: needed(args, 'dest'),
    creates: text(args, 'creates'),
    options: texts(args, 'extra_opts'),
    include: texts(args, 'include'),
    exclude: texts(args, 'exclude'),
    keepNewer: flag(args, 'keep_newer'),
    listFiles: flag(args, 'list_files'),
    attributes: readAttributes(args),
  };
};

/** Sets kb_a to the archive's path; what comes on standard input is put beside nothing, in memory where the host has it. */
const archive = ({ src, content }: Wanted): ShellText =>
  content === undefined
    ? sh`kb_a=${remotePath(src)}`
    : sh`for kb_x in /dev/shm /run "\${TMPDIR:-/tmp}"; do kb_a=$(umask 077; mktemp "$kb_x/.k8s-bm.XXXXXX" 2>/dev/null) && break; done
[ "$kb_a" ] || kb_fail "no directory of the host takes the archive"
trap 'rm -f -- "$kb_a"' EXIT
trap 'exit 143' HUP INT TERM
cat > "$kb_a" || kb_fail "the archive does not fit on the host"`;

/**
 * `kb_kind FILE` prints what FILE is by its first bytes: tar, gz, bz2, xz, zst or zip. `kb_tar KIND …` is tar with the
 * decompression before it, so that the host's tar need not know it.
 */
const unpacker: ShellFunction = {
  name: 'kb_kind',
  text: `kb_kind() {
  case $(od -An -tx1 -N6 -- "$1" | tr -d ' \\n') in
    1f8b*) echo gz ;; 425a68*) echo bz2 ;; fd377a585a00) echo xz ;; 28b52ffd*) echo zst ;; 504b0304*|504b0506*) echo zip ;; *) echo tar ;;
  esac
}
kb_tar() {
  kb_k=$1; shift
  if [ "$kb_a" = - ]; then cat; else cat -- "$kb_a"; fi | case $kb_k in
    gz) gzip -dc ;; bz2) bzip2 -dc ;; xz) xz -dc ;; zst) zstd -dc ;; *) cat ;;
  esac | tar "$@"
}`,
};

const members = (kind: string): ShellText =>
  kind === 'zip'
    ? sh`unzip -Z1 "$kb_a" 2>/dev/null || unzip -l "$kb_a" | sed '1,3d;$d' | sed '$d' | cut -c31-`
    : sh`kb_tar ${kind} -tf -`;

const unpack = (wanted: Wanted, kind: string): ShellText => {
  const words = (list: readonly string[]): ShellText =>
    joinShell(
      list.map((each) => sh` ${each}`),
      '',
    );
  if (kind === 'zip')
    return sh`unzip -o -q "$kb_a" -d ${remotePath(wanted.dest)}${words(wanted.options)}${words(wanted.include)}${wanted.exclude.length > 0 ? sh` -x${words(wanted.exclude)}` : sh``}`;
  const excluded = words(wanted.exclude.flatMap((each) => ['--exclude', each]));
  return sh`kb_tar ${kind} -x -f - -C ${remotePath(wanted.dest)}${wanted.keepNewer ? sh` --keep-newer-files` : sh``}${words(wanted.options)}${excluded}${words(wanted.include)}`;
};

/** Owner and mode of every member; names with a line end in them are left as the archive has them. */
const owned = ({ attributes, dest }: Wanted, kind: string): ShellText => {
  const { owner, group, mode } = attributes;
  const who =
    owner === undefined
      ? group === undefined
        ? undefined
        : `:${group}`
      : group === undefined
        ? owner
        : `${owner}:${group}`;
  const list = sh`cd -- ${remotePath(dest)} && ${members(kind)} | tr '\\n' '\\000'`;
  const digits = typeof mode === 'number' ? mode.toString(8) : mode;
  return joinShell([
    who === undefined ? sh`:` : sh`(${list} | xargs -0 chown -h ${who} --) || kb_fail "chown failed"`,
    digits === undefined ? sh`:` : sh`(${list} | xargs -0 chmod ${digits} --) || kb_fail "chmod failed"`,
  ]);
};

const look = (wanted: Wanted): Look<Found> => ({
  script: {
    text: sh`kb_dest=${remotePath(wanted.dest)}
kb_stat '' "$kb_dest" -L
${wanted.creates === undefined ? sh`:` : sh`if [ -e ${remotePath(wanted.creates)} ]; then kb_put created 1; exit 0; fi`}
${wanted.content === undefined ? sh`kb_a=${remotePath(wanted.src)}` : sh`kb_put kind ${kindOf(wanted.content)}; kb_a=-`}
${
  wanted.content === undefined
    ? sh`[ -f "$kb_a" ] || kb_fail "Source '$kb_a' does not exist"
[ -r "$kb_a" ] || kb_fail "Source '$kb_a' not readable"
kb_kind=$(kb_kind "$kb_a"); kb_put kind "$kb_kind"`
    : sh`kb_kind=${kindOf(wanted.content)}`
}
[ -d "$kb_dest" ] || exit 0
if [ "$kb_kind" = zip ]; then
  ${wanted.content === undefined ? sh`unzip -l "$kb_a" | sed '1,3d;$d' | sed '$d'` : sh`printf '%s\\n' ${kindOf(wanted.content) === 'zip' ? zipListing(wanted.content) : ''}`} | while read -r kb_size kb_day kb_time kb_name; do
    case $kb_name in */) [ -d "$kb_dest/$kb_name" ] ;; *) [ "$(stat -c %s -- "$kb_dest/$kb_name" 2>/dev/null)" = "$kb_size" ] ;; esac || { kb_put difference "$kb_name"; break; }
  done
else
  kb_tar "$kb_kind" -tvf - 2>/dev/null | while read -r kb_mode kb_who kb_size kb_day kb_time kb_name; do
    case $kb_mode in
      d*) [ -d "$kb_dest/$kb_name" ] ;;
      l*) [ -L "$kb_dest/\${kb_name% -> *}" ] ;;
      -*) [ "$(stat -c '%s %y' -- "$kb_dest/$kb_name" 2>/dev/null | cut -c1-$((\${#kb_size} + 17)))" = "$kb_size $kb_day $(printf %.5s "$kb_time")" ] ;;
    esac || { kb_put difference "$kb_name"; break; }
  done
fi
:`,
    functions: [put, fail, home, stat, unpacker],
    ...(wanted.content ? { stdin: wanted.content } : {}),
  },
  parse: (reply) => {
    const records = readRecords(reply);
    const { fields } = records;
    return {
      dest: readStat(records),
      created: fields.has('created'),
      kind: fields.get('kind') ?? 'tar',
      difference: fields.get('difference'),
    };
  },
});

const planUnpack = (wanted: Wanted, found: Found): Plan => {
  if (found.created)
    return {
      outcome: 'skip',
      changes: [],
      result: result({ changed: false, skipped: true, msg: `skipped, since ${wanted.creates} exists` }),
    };
  if (found.dest?.type !== 'directory') throw new ModuleFailure(`dest '${wanted.dest}' must be an existing dir`);
  const told = new Map([...baseResult(wanted, found.difference !== undefined), ...pathResult(found.dest)]);
  if (found.difference === undefined) return { outcome: 'nothing', changes: [], result: told };
  const change = { what: wanted.dest, before: `without ${found.difference}`, after: `what is in ${wanted.src}` };
  return { outcome: 'change', changes: [change], result: told };
};

const baseResult = (wanted: Wanted, changed: boolean): Dict =>
  result({ changed, dest: wanted.dest, src: wanted.src } satisfies Record<string, Value>);

const kindOf = (bytes: Uint8Array): string => {
  const start = Buffer.from(bytes.subarray(0, 6)).toString('hex');
  const kinds: readonly (readonly [string, string])[] = [
    ['1f8b', 'gz'],
    ['425a68', 'bz2'],
    ['fd377a585a00', 'xz'],
    ['28b52ffd', 'zst'],
    ['504b0304', 'zip'],
    ['504b0506', 'zip'],
  ];
  return kinds.find(([magic]) => start.startsWith(magic))?.[1] ?? 'tar';
};

/** The members of a zip, from its central directory, in the form of `unzip -l`: size, day, time, name. */
const zipListing = (bytes: Uint8Array): string => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = view.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end < 0) throw new ModuleFailure('the zip archive has no directory: it is cut off');
  const lines: string[] = [];
  for (let at = view.readUInt32LE(end + 16), left = view.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [view.readUInt16LE(at + 28), view.readUInt16LE(at + 30), view.readUInt16LE(at + 32)];
    lines.push(`${view.readUInt32LE(at + 24)} - - ${view.toString('utf8', at + 46, at + 46 + name)}`);
    at += 46 + name + extra + comment;
  }
  return lines.join('\n');
};
