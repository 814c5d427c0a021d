import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Reply, ShellFunction } from '../../transport/transport.ts';
import {
  type AttributePlan,
  type Attributes,
  type AttributesFound,
  applyAttributes,
  attributeFunctions,
  attributeLook,
  planAttributes,
  readAttributesFound,
} from '../files/attributes.ts';
import type { Apply, Result } from '../module.ts';
import { sum } from '../shell/checksum.ts';
import { home, remotePath } from '../shell/path.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { backup, closeTemp, openTemp, takeContent } from '../shell/replace-file.ts';
import { type FileStat, formatMode, readStat, stat } from '../shell/stat.ts';

/** Where what was fetched shall lie: a path, or a directory in which the URL's last part is the name. */
export interface Destination {
  readonly path: string;
  readonly attributes: Attributes;
  readonly backup: boolean;
}

export interface DestinationFound {
  /** With the file's name, where the path is a directory. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly stat: FileStat | undefined;
  /** The digest that was asked for, of the file that is there. */
  readonly digest: string | undefined;
  readonly attributes: AttributesFound;
}

export const destinationFunctions: readonly ShellFunction[] = [
  put,
  fail,
  home,
  stat,
  sum,
  openTemp,
  takeContent,
  backup,
  closeTemp,
  ...attributeFunctions,
];

/** Records of what is there; leaves its path in kb_dest. */
export const destinationLook = (dest: Destination, url: string, algorithm: string | undefined): ShellText =>
  joinShell([
    destinationPath(dest, url),
    sh`kb_put dest "$kb_dest"; kb_stat '' "$kb_dest" -L`,
    algorithm === undefined ? sh`:` : sh`[ ! -f "$kb_dest" ] || kb_put digest "$(kb_sum ${algorithm} "$kb_dest")"`,
    attributeLook(dest.attributes, sh`"$kb_dest"`),
  ]);

export const destinationPath = (dest: Destination, url: string): ShellText =>
  sh`kb_dest=${remotePath(dest.path)}; kb_folder=
if [ -d "$kb_dest" ]; then kb_folder=1; kb_put isdir 1; kb_dest=\${kb_dest%/}/${fileNameOf(url)}; fi`;

export const parseDestination = (dest: Destination, reply: Reply): DestinationFound => {
  const records = readRecords(reply);
  return {
    path: records.fields.get('dest') ?? dest.path,
    isDirectory: records.fields.has('isdir'),
    stat: readStat(records),
    digest: records.fields.get('digest') || undefined,
    attributes: readAttributesFound(
      dest.attributes,
      records,
      new Map([['dest', records.fields.get('dest') ?? dest.path]]),
    ),
  };
};

export const destinationAttributes = (dest: Destination, found: DestinationFound): AttributePlan =>
  planAttributes(dest.attributes, found.attributes, found.stat, {
    mode: 0o666 & ~found.attributes.umask,
    directory: false,
  });

/** kb_tmp takes kb_dest's place, with its owner and mode; where both are equal only the attributes are set. */
export const placeTemp = (dest: Destination, plan: AttributePlan): ShellText =>
  joinShell([
    sh`kb_new=$(kb_sum sha1 "$kb_tmp"); kb_old=; [ ! -f "$kb_dest" ] || kb_old=$(kb_sum sha1 "$kb_dest")
kb_put tmp "$kb_tmp"; kb_put new "$kb_new"; kb_put old "$kb_old"`,
    dest.backup
      ? sh`[ "$kb_new" = "$kb_old" ] || [ -z "$kb_old" ] || { kb_backup "$kb_dest"; kb_put kept "$kb_kept"; }`
      : sh`:`,
    sh`if [ "$kb_new" = "$kb_old" ]; then rm -f -- "$kb_tmp"
else kb_close "$kb_dest" '' '' '' ${dest.attributes.unsafeWrites ? '1' : ''}; fi`,
    applyAttributes(plan, sh`"$kb_dest"`),
  ]);

/** Records of the file as it is now. */
export const tellFile: ShellText = sh`kb_put dest "$kb_dest"; kb_stat '' "$kb_dest" -L; kb_put md5 "$(kb_sum md5 "$kb_dest")"`;

/** `owner`, `mode`, `size` and their kin, as Ansible adds them to the result of whatever leaves a file behind. */
export const fileFields = (
  path: string,
  found: FileStat | undefined,
): readonly (readonly [string, string | number])[] =>
  found === undefined
    ? []
    : [
        ['uid', found.uid],
        ['gid', found.gid],
        ['owner', found.user ?? String(found.uid)],
        ['group', found.group ?? String(found.gid)],
        ['mode', formatMode(found.mode)],
        ['state', found.type === 'link' ? 'link' : found.type],
        ['size', found.size],
        ['dest', path],
      ];

/** Writes content that the controller holds, and goes on with whether that changed the file. */
export const placeBody = (
  dest: Destination,
  url: string,
  content: Uint8Array,
  then: (written: { path: string; changed: boolean }) => Result,
): Apply => ({
  script: { text: destinationLook(dest, url, undefined), functions: destinationFunctions },
  finish: (reply) => {
    const found = parseDestination(dest, reply);
    const plan = destinationAttributes(dest, found);
    return {
      script: {
        functions: destinationFunctions,
        stdin: content,
        text: joinShell([
          destinationPath(dest, url),
          sh`kb_open "$kb_dest"; kb_take ${content.length}`,
          placeTemp(dest, plan),
          tellFile,
        ]),
      },
      finish: (done) => {
        const { fields } = readRecords(done);
        const changed = fields.get('new') !== fields.get('old') || plan.changes.length > 0;
        return then({ path: fields.get('dest') ?? dest.path, changed });
      },
    };
  },
});

/** The last part of a URL's path; `index.html` where it has none. */
export const fileNameOf = (url: string): string => {
  const path = URL.canParse(url) ? new URL(url).pathname : (url.split(/[?#]/)[0] as string);
  const name = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name).replaceAll('/', '_') || 'index.html';
  } catch {
    return name || 'index.html';
  }
};
