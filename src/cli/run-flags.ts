import { type Command, InvalidArgumentError } from 'commander';
import { addVaultFlags, type VaultFlags } from './vault-flags.ts';

/** What a user may say to every command that runs plays. The letters are ansible-playbook's. */
export interface RunFlags extends VaultFlags {
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly extraVars: readonly string[];
  readonly check: boolean;
  readonly diff: boolean;
  readonly verbose: number;
  readonly become: boolean;
  readonly becomeMethod?: string;
  readonly becomeUser?: string;
  readonly askBecomePass: boolean;
  readonly askPass: boolean;
  readonly user?: string;
  readonly privateKey?: string;
  readonly connection?: string;
  readonly timeout?: number;
  readonly sshCommonArgs?: string;
  readonly sshExtraArgs?: string;
  readonly forks?: number;
  readonly forceHandlers: boolean;
  readonly startAtTask?: string;
  readonly json: boolean;
  readonly plain: boolean;
  readonly profile: boolean;
  readonly lookAhead: boolean;
}

/** Adds the flags to a command. */
export const addRunFlags = (command: Command): Command =>
  addVaultFlags(command)
    .option('-i, --inventory <source>', 'a file, folder or program, or names with commas; may be repeated', collect, [])
    .option('-l, --limit <pattern>', 'only these hosts; @FILE reads patterns from a file')
    .option('-t, --tags <tags>', 'only tasks with these tags', collectTags, [])
    .option('--skip-tags <tags>', 'no tasks with these tags', collectTags, [])
    .option('-e, --extra-vars <vars>', 'variables: name=value, YAML or JSON, or @FILE', collect, [])
    .option('-C, --check', 'change nothing, say what would be changed', false)
    .option('-D, --diff', 'show what changes inside files', false)
    .option('-v, --verbose', 'more details; -vvv shows stacks', (_value, count: number) => count + 1, 0)
    .option('-b, --become', 'run as another user', false)
    .option('--become-method <method>', 'sudo, su or doas')
    .option('--become-user <user>', 'that user; root when left out')
    .option('-K, --ask-become-pass', 'ask for the password of sudo, su or doas', false)
    .option('-k, --ask-pass', 'ask for the password of the login', false)
    .option('-u, --user <user>', 'log in as this user')
    .option('--private-key <file>', 'log in with this key')
    .option('-c, --connection <kind>', 'ssh, openssh or local')
    .option('-T, --timeout <seconds>', 'how long a connection may take', wholeNumber)
    .option('--ssh-common-args <args>', 'arguments for ssh')
    .option('--ssh-extra-args <args>', 'more arguments for ssh')
    .option('-f, --forks <count>', 'how many hosts work at once; 50 when left out', wholeNumber)
    .option('--force-handlers', 'run handlers on hosts that failed, too', false)
    .option('--start-at-task <name>', 'leave out all tasks before this one')
    .option('--json', 'one event a line, for programs', false)
    .option('--plain', 'line by line, without a live view', false)
    .option('--profile', 'list the slowest tasks at the end', false)
    .option('--no-look-ahead', 'ask hosts about one task at a time');

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const collectTags = (value: string, before: readonly string[]): readonly string[] => [
  ...before,
  ...value
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean),
];

const wholeNumber = (value: string): number => {
  if (!/^\d+$/.test(value) || Number(value) < 1) throw new InvalidArgumentError('It must be a number above zero.');
  return Number(value);
};
