import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, type Change, type Diff, defineModule, ModuleFailure, type Result } from '../module.ts';
import { flag, needed, result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { contentsOf, writeFile, writeFileFunctions } from '../shell/write-file.ts';
import { type FstabEntry, parseFstabLine, parseMountinfo, removeEntry, setEntry } from './fstab.ts';

interface Wanted {
  readonly state: 'mounted' | 'present' | 'unmounted' | 'absent' | 'remounted' | 'ephemeral' | 'absent_from_fstab';
  readonly entry: FstabEntry;
  readonly given: { readonly src: string | undefined; readonly fstype: string | undefined };
  readonly fstab: string;
  readonly boot: boolean;
  readonly backup: boolean;
}

interface Found {
  readonly fstab: string;
  /** The source of what is mounted there; undefined where nothing is. */
  readonly mounted: string | undefined;
  readonly exists: boolean;
}

/** Mounts and fstab. Behaviour and return values after the documentation of ansible.posix.mount. */
export const mount = defineModule<Wanted, Found>({
  name: 'mount',
  aliases: ['ansible.posix.mount'],
  summary: 'Mounts file systems and keeps fstab',
  options: {
    path: { description: 'The mount point.', type: 'path', required: true, aliases: ['name'] },
    src: { description: 'The device, file or address.', type: 'path' },
    fstype: { description: 'The kind of file system.', type: 'str' },
    opts: { description: 'Mount options.', type: 'str' },
    dump: { description: "fstab's fifth field.", type: 'str', default: '0' },
    passno: { description: "fstab's sixth field.", type: 'str', default: '0' },
    state: {
      description: 'What shall be true: of fstab, of what is mounted now, or of both.',
      type: 'str',
      required: true,
      choices: ['absent', 'absent_from_fstab', 'mounted', 'present', 'unmounted', 'remounted', 'ephemeral'],
    },
    fstab: { description: 'Another fstab.', type: 'str', default: '/etc/fstab' },
    boot: { description: 'Whether it is mounted at boot.', type: 'bool', default: true },
    backup: { description: 'Keeps a copy of fstab.', type: 'bool', default: false },
  },
  constraints: {
    requiredIf: [
      ['state', 'mounted', ['src', 'fstype']],
      ['state', 'present', ['src', 'fstype']],
      ['state', 'ephemeral', ['src', 'fstype']],
    ],
  },
  prepare: (args) => {
    const boot = args.get('boot') !== false;
    const opts = text(args, 'opts') ?? 'defaults';
    const path = needed(args, 'path');
    return {
      state: needed(args, 'state') as Wanted['state'],
      entry: {
        src: text(args, 'src') ?? '',
        path: path.length > 1 ? path.replace(/\/+$/, '') : path,
        fstype: text(args, 'fstype') ?? '',
        opts: boot || opts.split(',').includes('noauto') ? opts : `${opts},noauto`,
        dump: text(args, 'dump') ?? '0',
        passno: text(args, 'passno') ?? '0',
      },
      given: { src: text(args, 'src'), fstype: text(args, 'fstype') },
      fstab: text(args, 'fstab') ?? '/etc/fstab',
      boot,
      backup: flag(args, 'backup'),
    };
  },
  look: (wanted) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`[ ! -e ${wanted.fstab} ] || kb_section fstab cat ${wanted.fstab}`,
        sh`kb_section mounts cat /proc/self/mountinfo`,
        sh`kb_section real readlink -f -- ${wanted.entry.path}`,
        sh`kb_section exists test -e ${wanted.entry.path}`,
      ]),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      const real = sectionOf(sections, 'real').text.trim() || wanted.entry.path;
      const there = parseMountinfo(sectionOf(sections, 'mounts').text).filter(({ path }) => path === real);
      return {
        fstab: sectionOf(sections, 'fstab').text,
        mounted: there.at(-1)?.src,
        exists: sectionOf(sections, 'exists').code === 0,
      };
    },
  }),
  plan: (wanted, found) => {
    const changes = changesOf(wanted, found as Found);
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      result: resultOf(wanted, changes.length > 0),
      ...diffOf(wanted, found as Found),
    };
  },
  apply: (wanted, found) => applyMount(wanted, found as Found),
});

/** fstab as it shall be. */
const fstabAfter = (wanted: Wanted, found: Found): string => {
  if (wanted.state === 'mounted' || wanted.state === 'present') return setEntry(found.fstab, wanted.entry);
  if (wanted.state === 'absent' || wanted.state === 'absent_from_fstab')
    return removeEntry(found.fstab, {
      path: wanted.entry.path,
      ...(wanted.given.src ? { src: wanted.given.src } : {}),
    });
  return found.fstab;
};

type Step = 'mount' | 'remount' | 'umount' | 'ephemeral';

/** What happens to the mount itself. As in Ansible, `absent` unmounts only what fstab had. */
const stepOf = (wanted: Wanted, found: Found): Step | undefined => {
  const mounted = found.mounted !== undefined;
  const edits = fstabAfter(wanted, found) !== found.fstab;
  switch (wanted.state) {
    case 'mounted':
      return mounted ? (edits ? 'remount' : undefined) : 'mount';
    case 'unmounted':
      return mounted ? 'umount' : undefined;
    case 'absent':
      return mounted && edits ? 'umount' : undefined;
    case 'remounted':
      if (!mounted) throw new ModuleFailure(`Unable to remount ${wanted.entry.path}: nothing is mounted there`);
      return 'remount';
    case 'ephemeral':
      if (mounted && found.mounted !== wanted.entry.src)
        throw new ModuleFailure(
          `Ephemeral mount point is already mounted with a different source than the specified one. Failing in order to prevent an unwanted unmount or override operation. Try replacing this command with a "state: unmounted" followed by a "state: ephemeral", or use a different destination path.`,
        );
      return mounted ? 'remount' : 'ephemeral';
    default:
      return undefined;
  }
};

const changesOf = (wanted: Wanted, found: Found): Change[] => {
  const { path, src } = wanted.entry;
  const changes: Change[] = [];
  const entryIn = (fstab: string): string | null =>
    fstab.split('\n').find((line) => parseFstabLine(line)?.path === path) ?? null;
  const after = fstabAfter(wanted, found);
  if (after !== found.fstab)
    changes.push({ what: `${wanted.fstab} ${path}`, before: entryIn(found.fstab), after: entryIn(after) });
  const step = stepOf(wanted, found);
  if (step === 'umount') changes.push({ what: `mount ${path}`, before: found.mounted ?? null, after: null });
  else if (step === 'remount')
    changes.push({ what: `mount ${path}`, before: found.mounted ?? null, after: 'remounted' });
  else if (step !== undefined) changes.push({ what: `mount ${path}`, before: null, after: src });
  return changes;
};

const diffOf = (wanted: Wanted, found: Found): { diff?: readonly Diff[] } => {
  const after = fstabAfter(wanted, found);
  if (after === found.fstab) return {};
  return { diff: [{ before: found.fstab, after, beforeHeader: wanted.fstab, afterHeader: wanted.fstab }] };
};

const applyMount = (wanted: Wanted, found: Found): Apply => {
  const after = fstabAfter(wanted, found);
  const writes = after !== found.fstab;
  const { stdin, sizes } = contentsOf([after]);
  const step = stepOf(wanted, found);
  return {
    script: {
      functions: writeFileFunctions,
      environment: { LC_ALL: 'C' },
      ...(writes ? { stdin } : {}),
      text: joinShell([
        ...(writes ? [writeFile(sh`${wanted.fstab}`, sizes[0] as number, '0644', wanted.backup)] : []),
        ...(writes && wanted.backup ? [sh`printf 'kept=%s\\0' "\${kb_kept:-}"`] : []),
        ...(step === undefined ? [] : [stepText(wanted, step)]),
        ...(wanted.state === 'absent' && writes
          ? [
              sh`[ ! -e ${wanted.entry.path} ] || kb_said=$(rmdir -- ${wanted.entry.path} 2>&1) || kb_fail ${`Error rmdir ${wanted.entry.path}: `}"$kb_said"`,
            ]
          : []),
      ]),
    },
    finish: (reply) => {
      const said = decode(reply.stdout);
      const failed = /(?:^|\0)error=(.*?)\0/s.exec(said)?.[1];
      if (failed !== undefined || reply.code !== 0) throw new ModuleFailure(failed ?? decode(reply.stderr).trim());
      const kept = /(?:^|\0)kept=(.+?)\0/s.exec(said)?.[1];
      return resultOf(wanted, true, kept);
    },
  };
};

const stepText = (wanted: Wanted, step: Step): ShellText => {
  const { path, src, fstype, opts } = wanted.entry;
  const table = wanted.fstab === '/etc/fstab' ? [] : ['-T', wanted.fstab];
  const plain =
    wanted.state === 'ephemeral' ? sh`mount -t ${fstype} -o ${opts} -- ${src} ${path}` : sh`mount ${table} -- ${path}`;
  const failing = (what: string, run: ShellText): ShellText =>
    sh`kb_said=$({ ${run}; } 2>&1 </dev/null) || kb_fail ${`Error ${what} ${path}: `}"$kb_said"`;
  if (step === 'umount') return failing('unmounting', sh`umount -- ${path}`);
  // What a remount cannot change (another source, another type) needs the long way.
  if (step === 'remount')
    return failing(
      'remounting',
      sh`mount -o ${`remount${wanted.given.src ? `,${opts}` : ''}`} ${table} -- ${path} || { umount -- ${path} && ${plain}; }`,
    );
  return joinShell([
    sh`kb_made=; [ -d ${path} ] || { mkdir -p -- ${path} || kb_fail ${`Error making dir ${path}`}; kb_made=1; }`,
    sh`kb_said=$(${plain} 2>&1 </dev/null) || { [ -z "$kb_made" ] || rmdir -- ${path}; kb_fail ${`Error mounting ${path}: `}"$kb_said"; }`,
  ]);
};

const resultOf = (wanted: Wanted, changed: boolean, kept?: string): Result =>
  result({
    changed,
    name: wanted.entry.path,
    src: wanted.given.src,
    fstype: wanted.given.fstype,
    opts: wanted.entry.opts,
    dump: wanted.entry.dump,
    passno: wanted.entry.passno,
    boot: wanted.boot ? 'yes' : 'no',
    fstab: wanted.fstab,
    backup_file: wanted.backup ? (kept ?? '') : undefined,
  });
