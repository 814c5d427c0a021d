import { dirname } from 'node:path/posix';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, ModuleFailure } from '../module.ts';
import { accountLines, passwdText, putLine, putLineText } from './account-files.ts';
import { findGroup, parseUserLook, type UserFound, userLook } from './user-look.ts';
import { type UserEdits, userEdits, userResult } from './user-plan.ts';
import type { UserWanted } from './user-wanted.ts';

/** Every step in order, the account looked at again behind them. Hashes go by standard input, never on a command line. */
export const applyUser = (wanted: UserWanted, found: UserFound): Apply => {
  const look = userLook(wanted);
  const steps = wanted.state === 'absent' ? [removal(wanted, found)] : stepsFor(wanted, found);
  return {
    script: {
      functions: [...(look.functions ?? []), accountLines, putLine],
      environment: { LC_ALL: 'C' },
      text: joinShell([sh`{`, ...steps.map((step) => sh`${step} || exit`), sh`} >&2`, look.text]),
    },
    finish: (reply) => {
      if (reply.code !== 0)
        throw new ModuleFailure(decode(reply.stderr).trim() || `exit code ${reply.code}`, [
          ['name', wanted.name],
          ['rc', reply.code],
        ]);
      const done = userResult(wanted, parseUserLook(reply.stdout), true, found.passwd === undefined);
      const said = decode(reply.stderr);
      return wanted.state === 'absent' && said !== '' ? new Map([...done, ['stderr', said]]) : done;
    },
  };
};

const stepsFor = (wanted: UserWanted, found: UserFound): ShellText[] => {
  const edits = userEdits(wanted, found);
  const { name } = wanted;
  const steps: ShellText[] = [];
  if (found.passwd === undefined) {
    if (wanted.createHome && wanted.home !== undefined) steps.push(sh`mkdir -p -- ${dirname(wanted.home)}`);
    steps.push(...(found.tools === 'shadow' ? creation(wanted, found) : busyboxCreation(wanted, found)));
  } else steps.push(...(found.tools === 'shadow' ? editing(wanted, edits) : busyboxEditing(wanted, found, edits)));
  if (edits.password !== undefined) steps.push(sh`printf '%s:%s\n' ${name} ${edits.password} | chpasswd -e`);
  if (edits.lock !== undefined)
    steps.push(
      found.tools === 'shadow'
        ? sh`usermod ${edits.lock ? '-L' : '-U'} ${name}`
        : sh`passwd ${edits.lock ? '-l' : '-u'} ${name}`,
    );
  steps.push(...aging(wanted, found, edits));
  if (edits.makeHome) steps.push(...homeCreation(wanted));
  if (edits.makeKey) steps.push(keyCreation(wanted));
  return steps;
};

const creation = (wanted: UserWanted, found: UserFound): ShellText[] => {
  const { uid, group, groups, comment, home, shell, skeleton, umask, seuser } = wanted;
  const [min, max] = wanted.uidRange;
  const words = [
    ...(uid === undefined ? [] : ['-u', String(uid), ...(wanted.nonUnique ? ['-o'] : [])]),
    ...(seuser === undefined ? [] : ['-Z', seuser]),
    // useradd would stumble over a group of the user's name that is there already.
    ...(group !== undefined ? ['-g', group] : findGroup(found, wanted.name) ? ['-N'] : []),
    ...(groups !== undefined && groups.length > 0 ? ['-G', groups.join(',')] : []),
    ...(comment === undefined ? [] : ['-c', comment]),
    ...(home === undefined ? [] : ['-d', home]),
    ...(shell === undefined ? [] : ['-s', shell]),
    ...(wanted.createHome ? ['-m', ...(skeleton === undefined ? [] : ['-k', skeleton])] : ['-M']),
    ...(wanted.createHome && umask !== undefined ? ['-K', `UMASK=${umask}`] : []),
    ...(min === undefined ? [] : ['-K', `UID_MIN=${min}`]),
    ...(max === undefined ? [] : ['-K', `UID_MAX=${max}`]),
    ...(wanted.system ? ['-r'] : []),
  ];
  return [sh`useradd ${words} ${wanted.name}`];
};

const editing = (wanted: UserWanted, edits: UserEdits): ShellText[] => {
  const words = [
    ...(edits.uid === undefined ? [] : ['-u', String(edits.uid), ...(wanted.nonUnique ? ['-o'] : [])]),
    ...(edits.gid === undefined ? [] : ['-g', String(edits.gid)]),
    ...(edits.addGroups || edits.dropGroups
      ? wanted.append
        ? ['-a', '-G', (edits.addGroups ?? []).join(',')]
        : ['-G', (wanted.groups ?? []).join(',')]
      : []),
    ...(edits.comment === undefined ? [] : ['-c', edits.comment]),
    ...(edits.home === undefined ? [] : ['-d', edits.home, ...(wanted.moveHome ? ['-m'] : [])]),
    ...(edits.shell === undefined ? [] : ['-s', edits.shell]),
  ];
  return words.length > 0 ? [sh`usermod ${words} ${wanted.name}`] : [];
};

const aging = (wanted: UserWanted, found: UserFound, edits: UserEdits): ShellText[] => {
  const ages: readonly (readonly [flag: string, field: number, days: number | undefined])[] = [
    ['-m', 3, edits.min],
    ['-M', 4, edits.max],
    ['-W', 5, edits.warn],
    ['-I', 6, edits.inactive],
    ['-E', 7, edits.expires],
  ];
  const set = ages.filter(([, , days]) => days !== undefined);
  if (set.length === 0) return [];
  if (found.tools === 'shadow')
    return [sh`chage ${set.flatMap(([flag, , days]) => [flag, String(days)])} ${wanted.name}`];
  // busybox has no chage: the fields of /etc/shadow are set, in the line as it is by then.
  const fields = set.map(([, field, days]) => `$${field + 1} = ${days === -1 ? '""' : days}`).join('; ');
  return [
    sh`kb_put_line /etc/shadow ${wanted.name} "$(kb_line /etc/shadow ${wanted.name} | awk -F: ${`BEGIN { OFS = ":" } { ${fields}; print }`})"`,
  ];
};

const busyboxCreation = (wanted: UserWanted, found: UserFound): ShellText[] => {
  const { uid, group, groups, comment, home, shell, skeleton } = wanted;
  const words = [
    '-D',
    ...(uid === undefined ? [] : ['-u', String(uid)]),
    ...(group === undefined ? [] : ['-G', findGroup(found, group)?.name ?? group]),
    ...(comment === undefined ? [] : ['-g', comment]),
    ...(home === undefined ? [] : ['-h', home]),
    ...(shell === undefined ? [] : ['-s', shell]),
    ...(wanted.createHome ? (skeleton === undefined ? [] : ['-k', skeleton]) : ['-H']),
    ...(wanted.system ? ['-S'] : []),
  ];
  return [
    sh`adduser ${words} ${wanted.name}`,
    ...(groups ?? []).map((each) => sh`addgroup ${wanted.name} ${findGroup(found, each)?.name ?? each}`),
  ];
};

const busyboxEditing = (wanted: UserWanted, found: UserFound, edits: UserEdits): ShellText[] => {
  const { name } = wanted;
  const now = found.passwd;
  if (now === undefined) return [];
  const { uid = now.uid, gid = now.gid, comment = now.comment, home = now.home, shell = now.shell } = edits;
  const line = { name, uid, gid, comment, home, shell };
  const rewrites = passwdText(line) !== passwdText(now);
  return [
    ...(rewrites ? [putLineText('/etc/passwd', name, passwdText(line, 'x'))] : []),
    ...(edits.home !== undefined && wanted.moveHome && found.passwd
      ? [sh`if [ -d ${now.home} ] && [ ! -e ${home} ]; then mv -- ${now.home} ${home}; fi`]
      : []),
    ...(edits.addGroups ?? []).map((group) => sh`addgroup ${name} ${group}`),
    ...(edits.dropGroups ?? []).map((group) => sh`delgroup ${name} ${group}`),
  ];
};

const removal = (wanted: UserWanted, found: UserFound): ShellText =>
  found.tools === 'shadow'
    ? sh`userdel ${[...(wanted.force ? ['-f'] : []), ...(wanted.remove ? ['-r'] : [])]} ${wanted.name}`
    : sh`deluser ${wanted.remove ? ['--remove-home'] : []} ${wanted.name}`;

/** A home directory for an account that has none: the skeleton's content, owned by the user alone. */
const homeCreation = (wanted: UserWanted): ShellText[] => [
  sh`kb_home=$(kb_entry passwd ${wanted.name} | cut -d: -f6)`,
  sh`kb_owner=$(kb_entry passwd ${wanted.name} | cut -d: -f3,4)`,
  sh`mkdir -p -- "$(dirname "$kb_home")"`,
  sh`{ if [ -d ${wanted.skeleton ?? '/etc/skel'} ]; then cp -R ${wanted.skeleton ?? '/etc/skel'} "$kb_home"; else mkdir "$kb_home"; fi; }`,
  sh`chmod ${wanted.umask === undefined ? '0755' : (0o777 & ~Number.parseInt(wanted.umask, 8)).toString(8)} "$kb_home"`,
  sh`chown -R "$kb_owner" "$kb_home"`,
];

const keyCreation = (wanted: UserWanted): ShellText => {
  const { type, bits, file, comment, passphrase } = wanted.sshKey as NonNullable<UserWanted['sshKey']>;
  const words = [
    ...(bits === undefined ? [] : ['-b', String(bits)]),
    ...(comment === undefined ? [] : ['-C', comment]),
  ];
  const said = comment === undefined ? sh`-C "ansible-generated on $(uname -n)"` : sh``;
  return sh`kb_home=$(kb_entry passwd ${wanted.name} | cut -d: -f6); kb_owner=$(kb_entry passwd ${wanted.name} | cut -d: -f3,4)
kb_key=${file}; case $kb_key in /*) ;; *) kb_key=$kb_home/$kb_key ;; esac; kb_dir=\${kb_key%/*}
[ -d "$kb_dir" ] || { mkdir -p -m 0700 -- "$kb_dir" && chown "$kb_owner" "$kb_dir"; } || exit
rm -f -- "$kb_key" "$kb_key.pub"
ssh-keygen -q -t ${type} ${words} ${said} -N ${passphrase} -f "$kb_key" </dev/null && chown "$kb_owner" "$kb_key" "$kb_key.pub"`;
};
