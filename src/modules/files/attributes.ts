import type { Dict, Value } from '../../template/values.ts';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import type { ShellFunction } from '../../transport/transport.ts';
import { type Arguments, type Change, ModuleFailure, type OptionTable } from '../module.ts';
import { flag, text } from '../read.ts';
import { account } from '../shell/accounts.ts';
import { put, type Records } from '../shell/records.ts';
import { type FileStat, formatMode } from '../shell/stat.ts';
import { type ModeSpec, readMode, resolveMode } from './mode.ts';

/** The options that every module has which leaves a file behind: who owns it, and who may do what with it. */
export const attributeOptions: OptionTable = {
  mode: { type: 'raw', description: "Permissions: '0644', or symbols as in chmod (u=rw,g=r)." },
  owner: { type: 'str', description: 'The user who owns it, by name or number.' },
  group: { type: 'str', description: 'The group that owns it, by name or number.' },
  attributes: { type: 'str', aliases: ['attr'], description: 'Flags as chattr takes them; + - = before them.' },
  seuser: { type: 'str', description: 'The user of its SELinux context.' },
  serole: { type: 'str', description: 'The role of its SELinux context.' },
  setype: { type: 'str', description: 'The type of its SELinux context.' },
  selevel: { type: 'str', description: 'The level of its SELinux context.' },
  unsafe_writes: { type: 'bool', default: false, description: 'Whether to write in place where a rename is refused.' },
};

export interface Attributes {
  readonly mode: ModeSpec | undefined;
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly flags: string | undefined;
  /** The four parts of a context; undefined where a part is to stay. */
  readonly context: readonly (string | undefined)[] | undefined;
  readonly unsafeWrites: boolean;
}

export const readAttributes = (args: Arguments): Attributes => {
  const context = ['seuser', 'serole', 'setype', 'selevel'].map((name) => text(args, name));
  return {
    mode: readMode(args.get('mode')),
    owner: text(args, 'owner'),
    group: text(args, 'group'),
    flags: text(args, 'attributes'),
    context: context.some((part) => part !== undefined) ? context : undefined,
    unsafeWrites: flag(args, 'unsafe_writes'),
  };
};

/** What the host knows about the names in the attributes. */
export interface AttributesFound {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly umask: number;
  readonly flags: string | undefined;
  readonly context: string | undefined;
}

export const attributeFunctions: readonly ShellFunction[] = [put, account];

/** Shell text that finds it out; writes nothing where nothing is asked. */
export const attributeLook = ({ mode, owner, group, flags, context }: Attributes, path: ShellText): ShellText => {
  const pieces: ShellText[] = [];
  if (owner !== undefined) pieces.push(sh`kb_account passwd ${owner} && kb_put uid "$kb_id"`);
  if (group !== undefined) pieces.push(sh`kb_account group ${group} && kb_put gid "$kb_id"`);
  // `$(umask)` would start a process.
  if (mode !== undefined) pieces.push(sh`printf umask=; umask; printf '\\0'`);
  if (flags !== undefined) pieces.push(sh`kb_put flags "$(lsattr -d -- ${path} 2>/dev/null)"`);
  if (context) pieces.push(sh`[ -e /sys/fs/selinux/enforce ] && kb_put context "$(stat -c %C -- ${path} 2>/dev/null)"`);
  return joinShell([...pieces, sh`:`]);
};

/** Throws ModuleFailure where the host does not know the owner or the group; `about` joins the failed result. */
export const readAttributesFound = (wanted: Attributes, { fields }: Records, about: Dict): AttributesFound => {
  const id = (name: string | undefined, key: string, what: string, verb: string): number | undefined => {
    if (name === undefined) return undefined;
    const found = fields.get(key);
    if (found === undefined) {
      const message = `${verb} failed: failed to look up ${what} ${name}`;
      throw new ModuleFailure(message, [...about] as [string, Value][]);
    }
    return Number(found);
  };
  return {
    uid: id(wanted.owner, 'uid', 'user', 'chown'),
    gid: id(wanted.group, 'gid', 'group', 'chgrp'),
    umask: Number.parseInt(fields.get('umask') ?? '022', 8),
    flags: fields.get('flags')?.split(' ')[0]?.replaceAll('-', ''),
    context: fields.get('context') || undefined,
  };
};

/** What is to be done to one path, and what that changes; nothing to do gives no changes. */
export interface AttributePlan {
  readonly changes: readonly Change[];
  /** Numbers and names before and after, as Ansible's diff of a state has them. */
  readonly before: Readonly<Record<string, string | number>>;
  readonly after: Readonly<Record<string, string | number>>;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mode: number | undefined;
  readonly flags: string | undefined;
  readonly context: string | undefined;
}

/** `stat` is undefined for what is to be made: then everything that is wanted is set, and `mode` counts from `fresh`. */
export const planAttributes = (
  wanted: Attributes,
  found: AttributesFound,
  stat: FileStat | undefined,
  fresh: { readonly mode: number; readonly directory: boolean },
): AttributePlan => {
  const changes: Change[] = [];
  const before: Record<string, string | number> = {};
  const after: Record<string, string | number> = {};
  const differ = (what: string, old: string | number | null, now: string | number): void => {
    changes.push({ what, before: old === null ? null : String(old), after: String(now) });
    if (old !== null) before[what] = old;
    after[what] = now;
  };
  const { uid, gid } = found;
  const ownerDiffers = uid !== undefined && uid !== stat?.uid;
  const groupDiffers = gid !== undefined && gid !== stat?.gid;
  if (ownerDiffers) differ('owner', stat ? stat.uid : null, uid);
  if (groupDiffers) differ('group', stat ? stat.gid : null, gid);
  const current = stat?.mode ?? fresh.mode;
  const directory = stat ? stat.type === 'directory' : fresh.directory;
  // The mode of a link itself cannot be changed on Linux.
  const mode =
    wanted.mode === undefined || stat?.type === 'link'
      ? undefined
      : resolveMode(wanted.mode, current, directory, found.umask);
  const modeDiffers = mode !== undefined && (!stat || mode !== stat.mode);
  if (modeDiffers) differ('mode', stat ? formatMode(stat.mode) : null, formatMode(mode));
  const flags = wanted.flags === undefined ? undefined : wantedFlags(wanted.flags, found.flags ?? '');
  const flagsDiffer = flags !== undefined && flags !== [...(found.flags ?? '')].sort().join('');
  if (flagsDiffer) differ('attributes', stat ? (found.flags ?? '') : null, flags);
  const context =
    wanted.context && found.context !== undefined ? wantedContext(wanted.context, found.context) : undefined;
  const contextDiffers = context !== undefined && context !== found.context;
  if (contextDiffers) differ('secontext', found.context ?? null, context);
  return {
    changes,
    before,
    after,
    uid: ownerDiffers ? uid : undefined,
    gid: groupDiffers ? gid : undefined,
    // chown clears set-id bits, so the mode is set again after it.
    mode: modeDiffers || ((ownerDiffers || groupDiffers) && mode !== undefined) ? mode : undefined,
    flags: flagsDiffer ? wanted.flags : undefined,
    context: contextDiffers ? context : undefined,
  };
};

/** Shell text that makes it so; `kb_fail` must be among the functions. `link`: the path is a link that is not followed. */
export const applyAttributes = (plan: AttributePlan, path: ShellText, link = false): ShellText => {
  const pieces: ShellText[] = [];
  const run = (command: ShellText, what: string): void => {
    pieces.push(sh`kb_err=$(${command} 2>&1) || kb_fail ${`${what} failed: `}"\${kb_err##*: }"`);
  };
  const h = link ? sh`-h ` : sh``;
  if (plan.uid !== undefined && plan.gid !== undefined) run(sh`chown ${h}${plan.uid}:${plan.gid} -- ${path}`, 'chown');
  else if (plan.uid !== undefined) run(sh`chown ${h}${plan.uid} -- ${path}`, 'chown');
  else if (plan.gid !== undefined) run(sh`chgrp ${h}${plan.gid} -- ${path}`, 'chgrp');
  // Five digits: GNU's chmod keeps a directory's set-id bits under four.
  if (plan.mode !== undefined) run(sh`chmod ${chmodDigits(plan.mode)} -- ${path}`, 'chmod');
  if (plan.context !== undefined) run(sh`chcon ${h}${plan.context} -- ${path}`, 'chcon');
  if (plan.flags !== undefined)
    run(sh`chattr ${/^[+=-]/.test(plan.flags) ? plan.flags : `=${plan.flags}`} -- ${path}`, 'chattr');
  return joinShell(pieces);
};

export const chmodDigits = (mode: number): string => mode.toString(8).padStart(5, '0');

const wantedFlags = (spec: string, current: string): string => {
  const operator = /^[+=-]/.test(spec) ? (spec[0] as string) : '=';
  const named = [...spec.replace(/^[+=-]/, '')];
  const kept = operator === '=' ? [] : [...current].filter((each) => !named.includes(each));
  const flags = operator === '-' ? kept : [...kept, ...new Set(named)];
  return [...flags].sort().join('');
};

const wantedContext = (wanted: readonly (string | undefined)[], current: string): string => {
  const [user, role, type, ...level] = current.split(':');
  const now = [user, role, type, level.join(':')];
  const parts = now.map((part, index) => wanted[index] ?? part ?? '');
  return parts.filter((part, index) => index < 3 || part !== '').join(':');
};
