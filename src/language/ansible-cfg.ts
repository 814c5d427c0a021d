import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';

/** What ansible.cfg and Ansible's environment variables set of what is used here; absent is not set. */
export interface AnsibleConfig {
  /** The file that was read. */
  readonly file: string | undefined;
  readonly warnings: readonly Diagnostic[];
  readonly inventory?: readonly string[];
  readonly rolesPath?: readonly string[];
  readonly collectionsPath?: readonly string[];
  readonly remoteUser?: string;
  readonly remotePort?: number;
  readonly privateKeyFile?: string;
  readonly timeout?: number;
  readonly forks?: number;
  readonly transport?: string;
  readonly hostKeyChecking?: boolean;
  readonly vaultPasswordFile?: string;
  readonly vaultIdentityList?: readonly string[];
  readonly askVaultPass?: boolean;
  readonly hashBehaviour?: 'replace' | 'merge';
  readonly gathering?: 'implicit' | 'explicit' | 'smart';
  readonly injectFacts?: boolean;
  readonly ansibleManaged?: string;
  readonly become?: boolean;
  readonly becomeMethod?: string;
  readonly becomeUser?: string;
  readonly becomeAskPass?: boolean;
  readonly becomeFlags?: string;
  readonly sshArgs?: string;
  readonly sshCommonArgs?: string;
  readonly sshExtraArgs?: string;
  readonly sshRetries?: number;
  readonly diffAlways?: boolean;
  readonly runTags?: readonly string[];
  readonly skipTags?: readonly string[];
}

type Kind = 'text' | 'path' | 'paths' | 'list' | 'int' | 'bool' | 'hash' | 'gathering';

/** Name here, section, key (the last one is an old name), environment variable, kind. From Ansible's list of settings. */
const settings: readonly (readonly [keyof AnsibleConfig, string, readonly string[], string | undefined, Kind])[] = [
  ['inventory', 'defaults', ['inventory', 'hostfile'], 'ANSIBLE_INVENTORY', 'list'],
  ['rolesPath', 'defaults', ['roles_path'], 'ANSIBLE_ROLES_PATH', 'paths'],
  ['collectionsPath', 'defaults', ['collections_path', 'collections_paths'], 'ANSIBLE_COLLECTIONS_PATH', 'paths'],
  ['remoteUser', 'defaults', ['remote_user'], 'ANSIBLE_REMOTE_USER', 'text'],
  ['remotePort', 'defaults', ['remote_port'], 'ANSIBLE_REMOTE_PORT', 'int'],
  ['privateKeyFile', 'defaults', ['private_key_file'], 'ANSIBLE_PRIVATE_KEY_FILE', 'path'],
  ['timeout', 'defaults', ['timeout'], 'ANSIBLE_TIMEOUT', 'int'],
  ['forks', 'defaults', ['forks'], 'ANSIBLE_FORKS', 'int'],
  ['transport', 'defaults', ['transport'], 'ANSIBLE_TRANSPORT', 'text'],
  ['hostKeyChecking', 'defaults', ['host_key_checking'], 'ANSIBLE_HOST_KEY_CHECKING', 'bool'],
  ['vaultPasswordFile', 'defaults', ['vault_password_file'], 'ANSIBLE_VAULT_PASSWORD_FILE', 'path'],
  ['vaultIdentityList', 'defaults', ['vault_identity_list'], 'ANSIBLE_VAULT_IDENTITY_LIST', 'list'],
  ['askVaultPass', 'defaults', ['ask_vault_pass'], 'ANSIBLE_ASK_VAULT_PASS', 'bool'],
  ['hashBehaviour', 'defaults', ['hash_behaviour'], 'ANSIBLE_HASH_BEHAVIOUR', 'hash'],
  ['gathering', 'defaults', ['gathering'], 'ANSIBLE_GATHERING', 'gathering'],
  ['injectFacts', 'defaults', ['inject_facts_as_vars'], 'ANSIBLE_INJECT_FACT_VARS', 'bool'],
  ['ansibleManaged', 'defaults', ['ansible_managed'], 'ANSIBLE_MANAGED_STR', 'text'],
  ['become', 'privilege_escalation', ['become'], 'ANSIBLE_BECOME', 'bool'],
  ['becomeMethod', 'privilege_escalation', ['become_method'], 'ANSIBLE_BECOME_METHOD', 'text'],
  ['becomeUser', 'privilege_escalation', ['become_user'], 'ANSIBLE_BECOME_USER', 'text'],
  ['becomeAskPass', 'privilege_escalation', ['become_ask_pass'], 'ANSIBLE_BECOME_ASK_PASS', 'bool'],
  ['becomeFlags', 'sudo_become_plugin', ['flags'], 'ANSIBLE_BECOME_FLAGS', 'text'],
  ['sshArgs', 'ssh_connection', ['ssh_args'], 'ANSIBLE_SSH_ARGS', 'text'],
  ['sshCommonArgs', 'ssh_connection', ['ssh_common_args'], 'ANSIBLE_SSH_COMMON_ARGS', 'text'],
  ['sshExtraArgs', 'ssh_connection', ['ssh_extra_args'], 'ANSIBLE_SSH_EXTRA_ARGS', 'text'],
  ['sshRetries', 'ssh_connection', ['retries'], 'ANSIBLE_SSH_RETRIES', 'int'],
  ['diffAlways', 'diff', ['always'], 'ANSIBLE_DIFF_ALWAYS', 'bool'],
  ['runTags', 'tags', ['run'], 'ANSIBLE_RUN_TAGS', 'list'],
  ['skipTags', 'tags', ['skip'], 'ANSIBLE_SKIP_TAGS', 'list'],
];

export interface ConfigPlaces {
  readonly cwd: string;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the first of `$ANSIBLE_CONFIG`, `./ansible.cfg`, `~/.ansible.cfg`, `/etc/ansible/ansible.cfg`, and Ansible's environment
 * variables over it. One in a folder that anybody may write to is passed over with a warning, since it could run programs.
 * Throws a UserError for a line or a value that can't be read.
 */
export const readAnsibleConfig = (places: ConfigPlaces): AnsibleConfig => {
  const warnings: Diagnostic[] = [];
  const file = findFile(places, warnings);
  const entries = file === undefined ? new Map<string, Entry>() : parse(readFileSync(file, 'utf8'), file);
  const found: Record<string, unknown> = { file, warnings };
  for (const [name, section, keys, variable, kind] of settings) {
    const entry = keys.map((key) => entries.get(`${section}.${key}`)).find((each) => each !== undefined);
    const given = variable === undefined ? undefined : places.environment[variable];
    if (given !== undefined) found[name] = convert(given, kind, variable as string, undefined, places.cwd, places);
    else if (entry) found[name] = convert(entry.value, kind, keys[0] as string, entry, dirname(entry.file), places);
  }
  return found as unknown as AnsibleConfig;
};

interface Entry {
  readonly value: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const findFile = (places: ConfigPlaces, warnings: Diagnostic[]): string | undefined => {
  const named = places.environment['ANSIBLE_CONFIG'];
  if (named) {
    const path = expand(named, places.cwd, places);
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'ansible.cfg') : path;
  }
  const own = join(places.cwd, 'ansible.cfg');
  if (exists(own)) {
    if (!worldWritable(places.cwd)) return own;
    warnings.push({
      severity: 'warning',
      message: `${own} is not used, since anybody may write to its folder`,
      hint: `take the right away (chmod o-w ${places.cwd}), or name the file in ANSIBLE_CONFIG`,
    });
  }
  return [join(places.home, '.ansible.cfg'), '/etc/ansible/ansible.cfg'].find(exists);
};

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
const worldWritable = (folder: string): boolean => (statSync(folder).mode & 0o002) !== 0;

/** As Python's ConfigParser: `key = value` or `key: value`, `;` begins a comment anywhere, deeper lines go on. */
const parse = (text: string, file: string): Map<string, Entry> => {
  const entries = new Map<string, Entry>();
  let section = '';
  let last: string | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s);.*$/, '$1');
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const place = { file, line: index + 1, column: raw.length - raw.trimStart().length + 1 };
    const before = last === undefined ? undefined : entries.get(last);
    if (/^\s/.test(line) && before && last !== undefined) {
      entries.set(last, { ...before, value: `${before.value}\n${trimmed}` });
      continue;
    }
    const header = /^\[([^\]]+)\]/.exec(trimmed);
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(trimmed);
    if (header) [section, last] = [header[1] as string, undefined];
    else if (pair && section) {
      last = `${section}.${(pair[1] as string).toLowerCase()}`;
      entries.set(last, { value: pair[2] as string, ...place });
    } else
      throw new UserError({
        severity: 'error',
        message: section ? 'this is neither a section nor key = value' : 'a setting stands before the first section',
        position: place,
        hint: section ? undefined : 'begin with [defaults]',
      });
  }
  return entries;
};

const convert = (
  given: string,
  kind: Kind,
  name: string,
  place: Entry | undefined,
  base: string,
  places: ConfigPlaces,
): unknown => {
  const value = given.trim().replace(/^(["'])(.*)\1$/, '$2');
  const refuse = (wanted: string): never => {
    throw new UserError({ severity: 'error', message: `${name} takes ${wanted}, not ${value}`, position: place });
  };
  switch (kind) {
    case 'text':
      return value;
    case 'path':
      return expand(value, base, places);
    case 'paths':
      return value
        .split(':')
        .filter(Boolean)
        .map((path) => expand(path, base, places));
    case 'list': {
      const parts = value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean);
      if (name !== 'inventory' && name !== 'ANSIBLE_INVENTORY') return parts;
      return parts.length > 1 && !parts.some((part) => /[/.]/.test(part))
        ? [value]
        : parts.map((part) => expand(part, base, places));
    }
    case 'int':
      return /^\d+$/.test(value) ? Number(value) : refuse('a whole number');
    case 'bool':
      if (/^(1|y|yes|true|on|t)$/i.test(value)) return true;
      return /^(0|n|no|false|off|f)$/i.test(value) ? false : refuse('yes or no');
    case 'hash':
      return value === 'replace' || value === 'merge' ? value : refuse('replace or merge');
    case 'gathering':
      return ['implicit', 'explicit', 'smart'].includes(value) ? value : refuse('implicit, explicit or smart');
  }
};

/** A path beside the file that names it, with `~`, `$VARIABLES` and `{{CWD}}`. */
const expand = (path: string, base: string, { home, cwd, environment }: ConfigPlaces): string => {
  const known = path
    .replace(/^~(?=\/|$)/, home)
    .replace(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (all, braced?: string, bare?: string) => environment[(braced ?? bare) as string] ?? all,
    )
    .replaceAll(/\{\{\s*CWD\s*\}\}/g, cwd)
    .replaceAll(/\{\{\s*ANSIBLE_HOME\s*\}\}/g, join(home, '.ansible'));
  return resolve(base, known);
};
