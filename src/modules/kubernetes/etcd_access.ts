import { createHash } from 'node:crypto';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import type { ShellFunction } from '../../transport/transport.ts';
import { decode } from '../../util/bytes.ts';
import { asText } from '../coerce.ts';
import { type Arguments, type Change, defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { flag, list, result, text, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';

interface Permission {
  readonly key: string;
  readonly type: string;
}

interface Wanted {
  readonly etcdctl: readonly string[];
  readonly keys: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, readonly Permission[]>;
  readonly users: ReadonlyMap<string, readonly string[]>;
  readonly authentication: boolean;
  readonly revisionFile: string;
}

interface Found {
  /** Why etcd could not be asked. */
  readonly unreachable: string | undefined;
  readonly authentication: boolean;
  readonly keys: ReadonlyMap<string, string>;
  /** By role: what it may do, as `type key..end`. */
  readonly roles: ReadonlyMap<string, ReadonlySet<string>>;
  readonly users: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Who may do what in etcd: roles with the prefixes they reach, users known by their certificate's common name (they have no
 * password), and authentication itself, turned on last. Keys that must be there before anyone asks are written too.
 * Source: etcd's guide on role-based access control.
 */
export const etcd_access = defineModule<Wanted, Found>({
  name: 'etcd_access',
  summary: "Manage etcd's roles, users, authentication and first keys",
  options: {
    etcdctl: { type: 'list', elements: 'str', required: true, description: 'The command that reaches etcd, as words.' },
    keys: { type: 'dict', description: 'Keys and the values they must have.' },
    roles: {
      type: 'list',
      elements: 'dict',
      description: 'Roles. The role root is there always.',
      options: {
        name: { type: 'str', required: true, description: 'Its name.' },
        prefixes: {
          type: 'list',
          elements: 'str',
          required: true,
          description: 'The prefixes of keys that it reads and writes.',
        },
      },
    },
    users: {
      type: 'list',
      elements: 'dict',
      description: 'Users, by the common name of their certificate.',
      options: {
        name: { type: 'str', required: true, description: 'The common name.' },
        roles: { type: 'list', elements: 'str', required: true, description: 'Its roles.' },
      },
    },
    revision_file: {
      type: 'path',
      description:
        "Where it is noted at which revision of etcd's rules all was as wanted: while that stands, roles and users are not asked for.",
    },
    authentication: {
      type: 'bool',
      default: true,
      description: 'Whether etcd asks who is there. It needs a user root with the role root.',
    },
  },

  prepare: (args) => ({
    etcdctl: texts(args, 'etcdctl'),
    keys: new Map(
      [...((args.get('keys') ?? new Map()) as Map<never, never>)].map(([key, value]) => [asText(key), asText(value)]),
    ),
    roles: named(list(args, 'roles'), (role) => texts(role, 'prefixes').map((key) => ({ key, type: 'readwrite' }))),
    users: named(list(args, 'users'), (user) => texts(user, 'roles')),
    authentication: flag(args, 'authentication'),
    revisionFile: text(args, 'revision_file') ?? '',
  }),

  look: (wanted) => ({
    script: {
      functions: [put, fail, revision],
      // A role or user that is not there is an answer; anything else that goes wrong is not.
      text: joinShell([
        sh`kb_etcd() { kb_out=$(${wanted.etcdctl} "$@" -w json 2>&1) || case $kb_out in *'not found'*) kb_out=null ;; *) kb_fail "etcdctl $*: $kb_out" ;; esac; }`,
        sh`kb_out=$(${wanted.etcdctl} auth status -w json 2>&1) || { kb_put unreachable "$kb_out"; exit 0; }; kb_put authentication "$kb_out"
kb_revision ${hashOf(wanted)} "$kb_out"; kb_noted=; [ ! -r ${wanted.revisionFile} ] || read -r kb_noted <${wanted.revisionFile}`,
        ...[...wanted.keys.keys()].map((key) => sh`kb_etcd get ${key}; kb_put ${`key ${key}`} "$kb_out"`),
        sh`if [ "$kb_noted" = "$kb_revision" ]; then kb_put noted 1; exit 0; fi`,
        // At once: each etcdctl is a login of its own. What they say is short enough not to mix.
        ...[...wanted.roles.keys()].map(
          (role) => sh`{ kb_etcd role get ${role}; kb_put ${`role ${role}`} "$kb_out"; } &`,
        ),
        ...[...wanted.users.keys()].map(
          (user) => sh`{ kb_etcd user get ${user}; kb_put ${`user ${user}`} "$kb_out"; } &`,
        ),
        sh`wait`,
      ]),
    },
    parse: (reply) => readFound(readRecords(reply).fields, wanted),
  }),

  plan: (wanted, found, { checkMode }) => {
    if (found?.unreachable !== undefined && !checkMode)
      throw new ModuleFailure(`etcd does not answer: ${found.unreachable}`);
    const changes = changesOf(wanted, found as Found).map(({ change }) => change);
    if (wanted.authentication && !wanted.users.get('root')?.includes('root')) {
      throw new ModuleFailure('etcd turns authentication on only when a user root has the role root');
    }
    return planned(changes);
  },

  apply: (wanted, found) => ({
    script: {
      functions: [put, fail, revision],
      text: joinShell([
        sh`kb_etcd() { kb_out=$(${wanted.etcdctl} "$@" 2>&1) || kb_fail "etcdctl $*: $kb_out"; }`,
        ...changesOf(wanted, found as Found).flatMap(({ steps }) => steps),
        ...(wanted.revisionFile === ''
          ? []
          : [
              sh`kb_etcd auth status -w json; kb_revision ${hashOf(wanted)} "$kb_out"`,
              sh`{ printf '%s\\n' "$kb_revision" >${wanted.revisionFile}.new && mv -f ${wanted.revisionFile}.new ${wanted.revisionFile}; } || exit 1`,
            ]),
      ]),
    },
    finish: (reply) => {
      readRecords(reply);
      return result({ changed: true });
    },
  }),
});

/**
 * `kb_revision HASH STATUS` names what is wanted and, by what `auth status` says, the cluster and the revision of its rules, which every
 * change of a role, a user or of authentication itself raises (etcd's AuthStatusResponse).
 */
const revision: ShellFunction = {
  name: 'kb_revision',
  text: `kb_revision() {
  kb_revision=\${2#*'"cluster_id":'}
  kb_revision="$1 \${kb_revision%%[!0-9]*}"
  kb_x=\${2#*'"authRevision":'}
  kb_revision="$kb_revision \${kb_x%%[!0-9]*}"
}`,
};

const hashOf = ({ roles, users }: Wanted): string =>
  createHash('sha256')
    .update(JSON.stringify([[...roles], [...users]]))
    .digest('hex');

/** What must change, each with the commands that change it, in an order in which nobody is locked out. */
const changesOf = (wanted: Wanted, found: Found): { change: Change; steps: ShellText[] }[] => [
  ...[...wanted.keys]
    .filter(([key, value]) => found.keys.get(key) !== value)
    .map(([key, value]) => ({
      change: { what: `etcd key ${key}`, before: found.keys.get(key) ?? null, after: value },
      steps: [sh`kb_etcd put -- ${key} ${value}`],
    })),
  ...[...wanted.roles].flatMap(([role, permissions]) => roleChanges(role, permissions, found.roles.get(role))),
  ...[...wanted.users].flatMap(([user, roles]) => userChanges(user, roles, found.users.get(user))),
  ...(wanted.authentication === found.authentication
    ? []
    : [
        {
          change: {
            what: 'etcd authentication',
            before: onOff(found.authentication),
            after: onOff(wanted.authentication),
          },
          steps: [wanted.authentication ? sh`kb_etcd auth enable` : sh`kb_etcd auth disable`],
        },
      ]),
];

const roleChanges = (role: string, permissions: readonly Permission[], found: ReadonlySet<string> | undefined) => {
  const missing = permissions.filter(({ key, type }) => !found?.has(`${type} ${key}`));
  if (found && missing.length === 0) return [];
  return [
    {
      change: {
        what: `etcd role ${role}`,
        before: found ? [...found].join(', ') : null,
        after: permissions.map(({ key, type }) => `${type} ${key}`).join(', '),
      },
      steps: [
        ...(found ? [] : [sh`kb_etcd role add ${role}`]),
        ...missing.map(({ key, type }) => sh`kb_etcd role grant-permission --prefix=true ${role} ${type} ${key}`),
      ],
    },
  ];
};

const userChanges = (user: string, roles: readonly string[], found: ReadonlySet<string> | undefined) => {
  const missing = roles.filter((role) => !found?.has(role));
  if (found && missing.length === 0) return [];
  return [
    {
      change: { what: `etcd user ${user}`, before: found ? [...found].join(', ') : null, after: roles.join(', ') },
      steps: [
        ...(found ? [] : [sh`kb_etcd user add ${user} --no-password`]),
        ...missing.map((role) => sh`kb_etcd user grant-role ${user} ${role}`),
      ],
    },
  ];
};

interface RoleReply {
  readonly perm?: readonly { readonly key: string; readonly range_end?: string; readonly permType?: number }[];
}

const readFound = (fields: ReadonlyMap<string, string>, wanted: Wanted): Found => {
  const found = {
    unreachable: fields.get('unreachable'),
    authentication: false,
    keys: new Map<string, string>(),
    roles: new Map<string, Set<string>>(),
    users: new Map<string, Set<string>>(),
  };
  if (found.unreachable !== undefined) return found;
  if (fields.has('noted')) {
    for (const [role, permissions] of wanted.roles)
      found.roles.set(role, new Set(permissions.map(({ key, type }) => `${type} ${key}`)));
    for (const [user, roles] of wanted.users) found.users.set(user, new Set(roles));
  }
  for (const [field, json] of fields) {
    if (field === 'noted') continue;
    const [kind = '', name = ''] = [field.slice(0, field.indexOf(' ')), field.slice(field.indexOf(' ') + 1)];
    const reply = JSON.parse(json) as unknown;
    if (field === 'authentication') found.authentication = (reply as { enabled?: boolean }).enabled === true;
    else if (reply === null) continue;
    else if (kind === 'role') found.roles.set(name, new Set((reply as RoleReply).perm?.map(permissionText)));
    else if (kind === 'user') found.users.set(name, new Set((reply as { roles?: string[] }).roles));
    else {
      const [entry] = (reply as { kvs?: { value?: string }[] }).kvs ?? [];
      if (entry) found.keys.set(name, base64(entry.value ?? ''));
    }
  }
  return found;
};

/** etcd's JSON has keys in base64 and permissions as the numbers of its enumeration; a prefix ends at its own successor. */
const permissionText = ({ key, range_end, permType }: NonNullable<RoleReply['perm']>[number]): string => {
  const type = ['read', 'write', 'readwrite'][permType ?? 0];
  const isPrefix = range_end !== undefined && base64(range_end) === successor(base64(key));
  return `${type} ${base64(key)}${isPrefix ? '' : ' (not as a prefix)'}`;
};

const successor = (key: string): string =>
  `${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) + 1)}`;
const base64 = (text: string): string => decode(Buffer.from(text, 'base64'));
const onOff = (on: boolean): string => (on ? 'on' : 'off');

const named = <T>(entries: readonly unknown[], read: (entry: Arguments) => T): Map<string, T> =>
  new Map(
    entries.flatMap((entry) =>
      entry instanceof Map ? [[asText(entry.get('name') as never), read(entry as unknown as Arguments)] as const] : [],
    ),
  );
