import { UserError } from '../util/diagnostic.ts';
import type { Target } from './transport.ts';
import { splitWords } from './words.ts';

/** A host's variables, rendered: a string, number, boolean or null, or undefined where there is none. */
export type VariableReader = (name: string) => unknown;

/** What the command line and ansible.cfg say for hosts whose variables say nothing. */
export interface TargetDefaults {
  readonly connection?: string | undefined;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly password?: string | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly hostKeyChecking?: Target['hostKeyChecking'] | boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
  /** `ssh_args`, `ssh_common_args` and `ssh_extra_args` of ansible.cfg, as they are written there. */
  readonly sshArgs?: string | undefined;
  readonly sshCommonArgs?: string | undefined;
  readonly sshExtraArgs?: string | undefined;
  readonly shellPath?: string | undefined;
}

const connections: Readonly<Record<string, Target['transport']>> = {
  ssh: 'ssh',
  smart: 'ssh',
  paramiko: 'ssh',
  paramiko_ssh: 'ssh',
  'ansible.builtin.ssh': 'ssh',
  openssh: 'openssh',
  local: 'local',
  'ansible.builtin.local': 'local',
  fake: 'fake',
};

/**
 * Where a host is and how to log in, from its `ansible_*` variables; the older `ansible_ssh_*` names are read too. Throws
 * UserError for a connection that there is not, and for a value of the wrong kind.
 */
export const targetOf = (name: string, variable: VariableReader, defaults: TargetDefaults = {}): Target => {
  const text = (...names: string[]): string | undefined => {
    for (const each of names) {
      const value = variable(each);
      if (value !== undefined && value !== null && value !== '') return String(value);
    }
    return undefined;
  };
  const whole = (names: string[]): number | undefined => {
    const value = text(...names);
    if (value === undefined) return undefined;
    if (/^\d+$/.test(value)) return Number(value);
    throw wrong(name, `${names[0]} is '${value}', which is no number`);
  };
  const kind = text('ansible_connection') ?? defaults.connection ?? 'ssh';
  const transport = connections[kind];
  if (!transport)
    throw wrong(name, `there is no connection '${kind}'`, 'ansible_connection is one of: ssh, openssh, local');
  const port = whole(['ansible_port', 'ansible_ssh_port']) ?? defaults.port;
  if (port !== undefined && (port < 1 || port > 65_535))
    throw wrong(name, `ansible_port is ${port}; ports are 1 to 65535`);
  const common = [
    text('ansible_ssh_args') ?? defaults.sshArgs,
    text('ansible_ssh_common_args') ?? defaults.sshCommonArgs,
    text('ansible_ssh_extra_args') ?? defaults.sshExtraArgs,
  ].flatMap((line) => (line === undefined ? [] : splitWords(line)));
  return {
    name,
    transport,
    address: text('ansible_host', 'ansible_ssh_host') ?? name,
    port,
    user: text('ansible_user', 'ansible_ssh_user') ?? defaults.user,
    password: text('ansible_password', 'ansible_ssh_password', 'ansible_ssh_pass') ?? defaults.password,
    privateKeyFile: text('ansible_ssh_private_key_file', 'ansible_private_key_file') ?? defaults.privateKeyFile,
    hostKeyChecking: checking(name, text('ansible_ssh_host_key_checking', 'ansible_host_key_checking'), defaults),
    knownHostsFile: text('ansible_ssh_known_hosts_file'),
    sshArguments: common,
    connectTimeoutMs: 1000 * (whole(['ansible_ssh_timeout', 'ansible_timeout']) ?? defaults.timeoutSeconds ?? 10),
    shellPath: text('ansible_shell_executable') ?? defaults.shellPath,
  };
};

const checking = (name: string, value: string | undefined, defaults: TargetDefaults): Target['hostKeyChecking'] => {
  const given = value ?? defaults.hostKeyChecking ?? 'yes';
  const word = String(given).toLowerCase();
  if (word === 'accept-new') return 'accept-new';
  if (/^(yes|true|on|1|y|t)$/.test(word)) return 'yes';
  if (/^(no|false|off|0|n|f)$/.test(word)) return 'no';
  throw wrong(name, `ansible_host_key_checking is '${given}'`, 'write yes, accept-new or no');
};

const wrong = (host: string, message: string, hint?: string): UserError =>
  new UserError({ severity: 'error', message: `${host}: ${message}`, hint });
