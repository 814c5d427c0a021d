import { type Arguments, ModuleFailure, type OptionTable } from '../module.ts';
import { flag, needed, number, text, texts } from '../read.ts';

export interface UserWanted {
  readonly name: string;
  readonly state: 'present' | 'absent';
  readonly uid: number | undefined;
  readonly nonUnique: boolean;
  readonly comment: string | undefined;
  /** Name or number. */
  readonly group: string | undefined;
  /** Undefined: as they are. */
  readonly groups: readonly string[] | undefined;
  readonly append: boolean;
  readonly home: string | undefined;
  readonly createHome: boolean;
  readonly moveHome: boolean;
  readonly skeleton: string | undefined;
  readonly umask: string | undefined;
  readonly shell: string | undefined;
  /** As /etc/shadow holds it. */
  readonly password: string | undefined;
  readonly passwordOnCreateOnly: boolean;
  readonly passwordLock: boolean | undefined;
  /** Days since 1970; -1 for never; undefined: as it is. */
  readonly expiresDay: number | undefined;
  readonly expireMax: number | undefined;
  readonly expireMin: number | undefined;
  readonly expireWarn: number | undefined;
  readonly expireInactive: number | undefined;
  readonly system: boolean;
  readonly local: boolean;
  readonly force: boolean;
  readonly remove: boolean;
  readonly seuser: string | undefined;
  readonly uidRange: readonly [min: number | undefined, max: number | undefined];
  readonly sshKey: SshKeyWanted | undefined;
}

export interface SshKeyWanted {
  readonly type: string;
  readonly bits: number | undefined;
  /** Absolute, or relative to the home directory. */
  readonly file: string;
  readonly comment: string | undefined;
  readonly passphrase: string;
}

export const userOptions: OptionTable = {
  name: { description: 'The user.', type: 'str', required: true, aliases: ['user'] },
  state: { description: 'Whether it exists.', type: 'str', choices: ['absent', 'present'], default: 'present' },
  uid: { description: 'Its number.', type: 'int' },
  non_unique: { description: 'Allows a number that another user has.', type: 'bool', default: false },
  comment: { description: "The account's description (GECOS).", type: 'str' },
  group: { description: 'Its primary group.', type: 'str' },
  groups: { description: 'Its other groups; an empty list for none.', type: 'list', elements: 'str' },
  append: { description: 'Adds to its groups instead of replacing them.', type: 'bool', default: false },
  shell: { description: 'Its login shell.', type: 'path' },
  home: { description: 'Its home directory.', type: 'path' },
  create_home: {
    description: 'Makes the home directory.',
    type: 'bool',
    default: true,
    aliases: ['createhome'],
  },
  move_home: { description: 'Moves the home directory to `home`.', type: 'bool', default: false },
  skeleton: { description: 'What a new home directory is copied from.', type: 'str' },
  umask: { description: 'For the new home directory.', type: 'str' },
  password: { description: 'The hash, as /etc/shadow holds it.', type: 'str', noLog: true },
  update_password: {
    description: 'When the password is set.',
    type: 'str',
    choices: ['always', 'on_create'],
    default: 'always',
  },
  password_lock: { description: 'Locks or unlocks the password.', type: 'bool' },
  expires: { description: 'When the account ends, in seconds since 1970; negative for never.', type: 'float' },
  password_expire_max: { description: 'Days that a password is good for.', type: 'int' },
  password_expire_min: { description: 'Days before a password may change.', type: 'int' },
  password_expire_warn: { description: 'Days of warning before it expires.', type: 'int' },
  password_expire_account_disable: { description: 'Days after it until the account is disabled.', type: 'int' },
  system: { description: 'Makes a system account; existing users stay what they are.', type: 'bool', default: false },
  local: { description: 'Looks into the local files only.', type: 'bool', default: false },
  force: { description: 'With absent: although logged in. With a key: makes it anew.', type: 'bool', default: false },
  remove: { description: 'With absent: the home directory too.', type: 'bool', default: false },
  generate_ssh_key: { description: 'Makes an SSH key.', type: 'bool', default: false },
  ssh_key_bits: { description: 'Its length.', type: 'int' },
  ssh_key_type: { description: 'Its type.', type: 'str', default: 'rsa' },
  ssh_key_file: { description: 'Where; relative to the home directory.', type: 'path' },
  ssh_key_comment: { description: 'Its comment.', type: 'str' },
  ssh_key_passphrase: { description: 'Its passphrase.', type: 'str', noLog: true },
  seuser: { description: 'The SELinux user.', type: 'str' },
  uid_min: { description: 'The smallest number to choose.', type: 'int' },
  uid_max: { description: 'The largest number to choose.', type: 'int' },
  hidden: { description: 'macOS only; accepted.', type: 'bool' },
  login_class: { description: 'BSD only; accepted.', type: 'str' },
  profile: { description: 'Solaris only; accepted.', type: 'str' },
  authorization: { description: 'Solaris only; accepted.', type: 'str' },
  role: { description: 'Solaris only; accepted.', type: 'str' },
};

export const wantedUser = (args: Arguments): UserWanted => {
  const expires = number(args, 'expires');
  const type = text(args, 'ssh_key_type') ?? 'rsa';
  const password = text(args, 'password');
  if (password !== undefined && /[:\n]/.test(password))
    throw new ModuleFailure("a password hash holds neither ':' nor a line break; give what /etc/shadow shall hold");
  return {
    name: needed(args, 'name'),
    state: (text(args, 'state') ?? 'present') as UserWanted['state'],
    uid: number(args, 'uid'),
    nonUnique: flag(args, 'non_unique'),
    comment: text(args, 'comment'),
    group: text(args, 'group'),
    groups: args.has('groups') ? texts(args, 'groups').filter((group) => group !== '') : undefined,
    append: flag(args, 'append'),
    home: text(args, 'home'),
    createHome: args.get('create_home') !== false,
    moveHome: flag(args, 'move_home'),
    skeleton: text(args, 'skeleton'),
    umask: text(args, 'umask'),
    shell: text(args, 'shell'),
    password,
    passwordOnCreateOnly: text(args, 'update_password') === 'on_create',
    passwordLock: args.get('password_lock') as boolean | undefined,
    expiresDay: expires === undefined ? undefined : expires < 0 ? -1 : Math.floor(expires / 86400),
    expireMax: number(args, 'password_expire_max'),
    expireMin: number(args, 'password_expire_min'),
    expireWarn: number(args, 'password_expire_warn'),
    expireInactive: number(args, 'password_expire_account_disable'),
    system: flag(args, 'system'),
    local: flag(args, 'local'),
    force: flag(args, 'force'),
    remove: flag(args, 'remove'),
    seuser: text(args, 'seuser'),
    uidRange: [number(args, 'uid_min'), number(args, 'uid_max')],
    sshKey: flag(args, 'generate_ssh_key')
      ? {
          type,
          bits: number(args, 'ssh_key_bits'),
          file: text(args, 'ssh_key_file') ?? `.ssh/id_${type}`,
          comment: text(args, 'ssh_key_comment'),
          passphrase: text(args, 'ssh_key_passphrase') ?? '',
        }
      : undefined,
  };
};
