import { type Change, ModuleFailure, type Plan, type Result } from '../module.ts';
import { result } from '../read.ts';
import { findGroup, otherGroups, type UserFound } from './user-look.ts';
import type { UserWanted } from './user-wanted.ts';

/** What differs on an account that exists, or shall be on one that is made. Absent fields stay as they are. */
export interface UserEdits {
  readonly uid?: number;
  readonly gid?: number;
  readonly comment?: string;
  readonly home?: string;
  readonly shell?: string;
  readonly addGroups?: readonly string[];
  readonly dropGroups?: readonly string[];
  readonly password?: string;
  readonly lock?: boolean;
  readonly expires?: number;
  readonly max?: number;
  readonly min?: number;
  readonly warn?: number;
  readonly inactive?: number;
  readonly makeHome?: boolean;
  readonly makeKey?: boolean;
}

export const planUser = (wanted: UserWanted, found: UserFound): Plan => {
  const changes = changesOf(wanted, found);
  const changed = changes.length > 0;
  return {
    outcome: changed ? 'change' : 'nothing',
    changes,
    result: userResult(wanted, found, changed),
    makesTrue: [{ kind: 'user', name: wanted.name, state: { state: wanted.state } }],
  };
};

/** What to do to an account; for one that does not exist, what its creation does not see to by itself. */
export const userEdits = (wanted: UserWanted, found: UserFound): UserEdits => {
  checkGroups(wanted, found);
  const { passwd, shadow } = found;
  const edits: { -readonly [Key in keyof UserEdits]: UserEdits[Key] } = {};
  if (passwd !== undefined) {
    if (wanted.uid !== undefined && wanted.uid !== passwd.uid) edits.uid = wanted.uid;
    const gid = wanted.group === undefined ? passwd.gid : findGroup(found, wanted.group)?.gid;
    if (gid !== undefined && gid !== passwd.gid) edits.gid = gid;
    if (wanted.comment !== undefined && wanted.comment !== passwd.comment) edits.comment = wanted.comment;
    if (wanted.home !== undefined && wanted.home !== passwd.home) edits.home = wanted.home;
    if (wanted.shell !== undefined && wanted.shell !== passwd.shell) edits.shell = wanted.shell;
    if (!found.homeExists && wanted.createHome && !(edits.home !== undefined && wanted.moveHome)) edits.makeHome = true;
    const [add, drop] = groupEdits(wanted, found);
    if (add.length > 0) edits.addGroups = add;
    if (drop.length > 0) edits.dropGroups = drop;
  }
  const password = shadow?.password ?? '';
  const sets = passwd === undefined || !wanted.passwordOnCreateOnly;
  if (wanted.password !== undefined && sets && unlocked(wanted.password) !== unlocked(password))
    edits.password = wanted.password;
  if (wanted.passwordLock !== undefined && (passwd === undefined ? wanted.passwordLock : true)) {
    const now = (edits.password ?? password).startsWith('!');
    if (wanted.passwordLock !== now) edits.lock = wanted.passwordLock;
  }
  if (wanted.expiresDay !== undefined && wanted.expiresDay !== (shadow?.expires ?? -1))
    edits.expires = wanted.expiresDay;
  if (wanted.expireMax !== undefined && wanted.expireMax !== shadow?.max) edits.max = wanted.expireMax;
  if (wanted.expireMin !== undefined && wanted.expireMin !== shadow?.min) edits.min = wanted.expireMin;
  if (wanted.expireWarn !== undefined && wanted.expireWarn !== shadow?.warn) edits.warn = wanted.expireWarn;
  if (wanted.expireInactive !== undefined && wanted.expireInactive !== shadow?.inactive)
    edits.inactive = wanted.expireInactive;
  if (wanted.sshKey !== undefined && (found.key === undefined || wanted.force)) edits.makeKey = true;
  return edits;
};

/** Groups to join and, unless `append`, to leave. */
const groupEdits = (wanted: UserWanted, found: UserFound): [string[], string[]] => {
  if (wanted.groups === undefined) return [[], []];
  const now = otherGroups(found);
  const primary = wanted.group === undefined ? found.passwd?.gid : findGroup(found, wanted.group)?.gid;
  const want = wanted.groups
    .map((group) => findGroup(found, group))
    .filter((group) => group !== undefined && (group.gid !== primary || group.members.includes(wanted.name)))
    .map((group) => group?.name as string);
  return [
    want.filter((group) => !now.includes(group)),
    wanted.append ? [] : now.filter((group) => !want.includes(group)),
  ];
};

const checkGroups = (wanted: UserWanted, found: UserFound): void => {
  for (const group of [...(wanted.group === undefined ? [] : [wanted.group]), ...(wanted.groups ?? [])]) {
    if (findGroup(found, group) === undefined) throw new ModuleFailure(`Group ${group} does not exist`);
  }
};

const changesOf = (wanted: UserWanted, found: UserFound): Change[] => {
  const what = `user ${wanted.name}`;
  if (wanted.state === 'absent') return found.passwd ? [{ what, before: 'present', after: null }] : [];
  const edits = userEdits(wanted, found);
  if (found.passwd === undefined) return [{ what, before: null, after: 'present' }];
  const { passwd, shadow } = found;
  const day = (days: number | undefined): string =>
    days === undefined || days < 0 ? 'never' : new Date(days * 86_400_000).toISOString().slice(0, 10);
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ['uid', passwd.uid, edits.uid],
    ['primary group', passwd.gid, edits.gid],
    ['comment', passwd.comment, edits.comment],
    ['home', passwd.home, edits.home],
    ['shell', passwd.shell, edits.shell],
    ['password', 'another', edits.password === undefined ? undefined : 'set'],
    [
      'password lock',
      edits.lock ? 'open' : 'locked',
      edits.lock === undefined ? undefined : edits.lock ? 'locked' : 'open',
    ],
    ['expiry', day(shadow?.expires), edits.expires === undefined ? undefined : day(edits.expires)],
    ['password_expire_max', shadow?.max, edits.max],
    ['password_expire_min', shadow?.min, edits.min],
    ['password_expire_warn', shadow?.warn, edits.warn],
    ['password_expire_account_disable', shadow?.inactive, edits.inactive],
    ['home directory', null, edits.makeHome ? (wanted.home ?? passwd.home) : undefined],
    ['SSH key', found.key ? found.key.fingerprint : null, edits.makeKey ? wanted.sshKey?.file : undefined],
  ];
  return [
    ...rows
      .filter(([, , after]) => after !== undefined)
      .map(([aspect, before, after]) => ({
        what: `${what} ${aspect}`,
        before: before === null || before === undefined ? null : String(before),
        after: String(after),
      })),
    ...(edits.addGroups ?? []).map((group) => ({ what: `${what} in group ${group}`, before: 'no', after: 'yes' })),
    ...(edits.dropGroups ?? []).map((group) => ({ what: `${what} in group ${group}`, before: 'yes', after: 'no' })),
  ];
};

/**
 * The fields that Ansible's module returns; of the account, what is on the host now. Of one that is still to be made or
 * removed, check mode tells no more than that.
 */
export const userResult = (wanted: UserWanted, found: UserFound, changed: boolean, created = false): Result => {
  const base = { changed, name: wanted.name, state: wanted.state };
  const planned = changed && !created && (wanted.state === 'absent') === (found.passwd !== undefined);
  if (planned) return result({ changed });
  if (wanted.state === 'absent')
    return result(changed ? { ...base, force: wanted.force, remove: wanted.remove } : base);
  const { passwd, key } = found;
  const making = created || passwd === undefined;
  return result({
    ...base,
    ...(making
      ? { system: wanted.system, create_home: wanted.createHome }
      : { append: wanted.append, move_home: wanted.moveHome }),
    ...(wanted.password === undefined ? {} : { password: 'NOT_LOGGING_PASSWORD' }),
    ...(passwd && {
      uid: passwd.uid,
      group: passwd.gid,
      comment: passwd.comment,
      home: passwd.home,
      shell: passwd.shell,
    }),
    ...(passwd && { groups: otherGroups(found).join(',') }),
    ...(key && { ssh_key_file: key.path, ssh_fingerprint: key.fingerprint, ssh_public_key: key.publicKey }),
  });
};

const unlocked = (hash: string): string => hash.replace(/^!+/, '');
