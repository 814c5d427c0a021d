import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { promisify } from 'node:util';

/** What OpenSSH's configuration says of a host, with Include, Match, tokens and canonical names resolved by OpenSSH itself. */
export interface SshSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly agent: string | undefined;
  readonly forwardAgent: boolean;
  readonly certificateFiles: readonly string[];
  readonly hostKeyAlias: string | undefined;
  /** Where keys are remembered, the user's own first. */
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  readonly hashKnownHosts: boolean;
  readonly strictHostKeyChecking: string;
  readonly proxyJump: string | undefined;
  readonly proxyCommand: string | undefined;
  readonly addressFamily: string;
}

export interface SshQuery {
  readonly address: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly arguments?: readonly string[] | undefined;
}

const run = promisify(execFile);
const asked = new Map<string, Promise<SshSettings>>();

/**
 * Asks `ssh -G`, once for each question in a run. Where there is no ssh program, OpenSSH's defaults hold and no file is
 * read. Throws what ssh says when the configuration is wrong.
 */
export const sshSettings = (query: SshQuery): Promise<SshSettings> => {
  const key = JSON.stringify([query.address, query.port, query.user, query.arguments]);
  let answer = asked.get(key);
  if (!answer) {
    answer = askSsh(query);
    asked.set(key, answer);
    answer.catch(() => asked.delete(key));
  }
  return answer;
};

const askSsh = async ({ address, port, user, arguments: args = [] }: SshQuery): Promise<SshSettings> => {
  const words = ['-G', ...args, ...(port ? ['-p', String(port)] : []), ...(user ? ['-l', user] : []), '--', address];
  try {
    const { stdout } = await run('ssh', words);
    return parseSettings(stdout, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new Error(
        `ssh does not take its configuration: ${(error as { stderr?: string }).stderr?.trim() || String(error)}`,
      );
    return parseSettings(`port ${port ?? 22}\nuser ${user ?? userInfo().username}`, address);
  }
};

/** Reads what `ssh -G` prints: a lower-case keyword and its value on each line. */
export const parseSettings = (text: string, address: string): SshSettings => {
  const all = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, keyword, value] = /^(\S+) (.*?)\s*$/.exec(line) ?? [];
    if (keyword !== undefined && value !== undefined) all.set(keyword, [...(all.get(keyword) ?? []), value]);
  }
  const one = (keyword: string): string | undefined => {
    const value = all.get(keyword)?.[0];
    return value === undefined || value === 'none' ? undefined : value;
  };
  const yes = (keyword: string): boolean => /^(yes|true)$/.test(one(keyword) ?? '');
  const files = (keyword: string, fallback: string[]): string[] =>
    (all.get(keyword)?.flatMap(words) ?? fallback).filter((file) => file !== 'none').map(expandHome);
  const agent = one('identityagent');
  return {
    host: one('hostname') ?? address,
    port: Number(one('port') ?? 22),
    user: one('user') ?? userInfo().username,
    identityFiles: (all.get('identityfile') ?? ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519']).map(
      expandHome,
    ),
    identitiesOnly: yes('identitiesonly'),
    agent: all.get('identityagent')?.[0] === 'none' ? undefined : agentSocket(agent),
    forwardAgent: yes('forwardagent'),
    certificateFiles: files('certificatefile', []),
    hostKeyAlias: one('hostkeyalias'),
    userKnownHosts: files('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    globalKnownHosts: files('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
    hashKnownHosts: yes('hashknownhosts'),
    strictHostKeyChecking: one('stricthostkeychecking') ?? 'ask',
    proxyJump: one('proxyjump'),
    proxyCommand: one('proxycommand'),
    addressFamily: one('addressfamily') ?? 'any',
  };
};

/** `SSH_AUTH_SOCK` and `$NAME` name environment variables, as ssh_config(5) has it. */
const agentSocket = (setting: string | undefined): string | undefined => {
  if (setting === undefined || setting === 'SSH_AUTH_SOCK') return process.env.SSH_AUTH_SOCK || undefined;
  return setting.startsWith('$') ? process.env[setting.slice(1)] : expandHome(setting);
};

const words = (value: string): string[] =>
  [...value.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

const expandHome = (path: string): string => (path.startsWith('~/') ? homedir() + path.slice(1) : path);
