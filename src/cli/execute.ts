import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type AnsibleConfig, readAnsibleConfig } from '../language/ansible-cfg.ts';
import { printDiagnostics } from '../language/diagnostics.ts';
import type { Decrypt } from '../language/files.ts';
import type { Playbook } from '../language/playbook.ts';
import { JsonReporter } from '../output/json-lines.ts';
import { PlainReporter } from '../output/plain.ts';
import type { Reporter, ReporterOptions } from '../output/reporter.ts';
import { diagnosticStyle, withoutColours } from '../output/style.ts';
import type { RunSettings } from '../run/context.ts';
import { type Loaded, loadRun } from '../run/load.ts';
import type { RunOptions } from '../run/run.ts';
import { Redactor } from '../secrets/redactor.ts';
import { decode, encode } from '../util/bytes.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { readExtraVars } from '../variables/extra-vars.ts';
import { ask, askSecret } from './ask.ts';
import { checkBefore, checkLimit } from './check-before.ts';
import { tellFailures } from './failures.ts';
import { playedRoles } from './played-roles.ts';
import type { RunFlags } from './run-flags.ts';
import { openVault } from './vault-flags.ts';

/**
 * Runs playbooks as the flags say and sets the exit code: 0 all went well, 1 something was wrong before a host was touched,
 * 2 a host failed, 4 a host was unreachable, 130 ended by Ctrl-C. Ctrl-C once ends what runs on hosts; twice, at once.
 */
export const executePlaybooks = (
  playbooks: readonly (string | Playbook)[],
  flags: RunFlags,
  own: CommandsOwn = {},
): Promise<void> =>
  told(async (signal) => {
    const { runPlaybooks } = await import('../run/run.ts');
    const reporter = await openReporter(flags, own);
    const options = await readRun(playbooks, flags, (event) => reporter.event(event), signal, own);
    await own.before?.(options);
    let exitCode = 0;
    try {
      ({ exitCode } = await runPlaybooks(options));
      if (!process.exitCode) process.exitCode = exitCode;
    } finally {
      await reporter.end();
    }
    await own.after?.(exitCode);
  });

/** What a command that runs playbooks adds to them. */
export interface CommandsOwn {
  readonly settings?: Partial<RunSettings>;
  /** Folders of roles that are found before the user's. */
  readonly rolesPath?: readonly string[];
  /** The playbooks came with k8s-bm, whose tests hold them to what is checked of anyone else's beforehand. */
  readonly shipped?: boolean;
  /** Other playbooks and roles, where the inventory says so; read before anything is checked. */
  readonly choose?: (loaded: Loaded, settings: RunSettings, signal: AbortSignal) => Promise<Chosen | undefined>;
  /** Runs before a host is touched; what it throws is told, and nothing is run. */
  readonly before?: (options: RunOptions) => Promise<void>;
  readonly after?: (exitCode: number) => Promise<void>;
  /** Whether roles are what is told, in place of their tasks. */
  readonly byRole?: boolean;
  /** Whether what tasks answer is told. */
  readonly answers?: boolean;
}

export interface Chosen {
  readonly playbooks: readonly string[];
  readonly rolesPath: readonly string[];
}

/** Everything that a run needs, from flags and files. Asks for the passwords that the flags want asked for. */
export const readRun = async (
  named: readonly (string | Playbook)[],
  flags: RunFlags,
  listener: RunOptions['listener'],
  signal: AbortSignal,
  own: CommandsOwn = {},
): Promise<RunOptions> => {
  const workingDirectory = process.cwd();
  const config = readAnsibleConfig({ cwd: workingDirectory, home: homedir(), environment: process.env });
  const redactor = new Redactor();
  const vault = await openVault(flags, config, signal, (plaintext) => redactor.add(plaintext));
  const decrypt: Decrypt = (text, file) => vault.decrypt(text, file);
  const secret = async (wanted: boolean, prompt: string): Promise<string | undefined> => {
    if (!wanted) return undefined;
    const answer = await askSecret(prompt, signal);
    if (answer) redactor.add(answer);
    return answer;
  };
  const password = await secret(flags.askPass, 'login password: ');
  const becomePassword =
    (await secret(flags.askBecomePass || config.becomeAskPass === true, 'become password: ')) || password;
  const extraVars = readExtraVars(flags.extraVars, { decrypt, mergeHashes: config.hashBehaviour === 'merge' });
  const settings: RunSettings = { ...settingsOf(flags, config, password, becomePassword), extraVars, ...own.settings };
  const decryptFile = (content: Uint8Array): Uint8Array => {
    const text = decode(content);
    return text.startsWith('$ANSIBLE_VAULT;') ? encode(vault.decrypt(text, 'a vaulted file')) : content;
  };
  const loaded = loadRun({
    inventories: flags.inventory.length > 0 ? flags.inventory : (config.inventory ?? []),
    settings,
    limit: flags.limit,
    environment: process.env,
    workingDirectory,
    decrypt,
    decryptValue: (value) => vault.decrypt(value.ciphertext, 'a vaulted value'),
    decryptFile,
    mergeHashes: config.hashBehaviour === 'merge',
    injectFacts: config.injectFacts,
  });
  checkLimit(loaded.inventory, flags.limit);
  const chosen = await own.choose?.(loaded, settings, signal);
  const playbooks = chosen?.playbooks ?? named;
  const files = playbooks.flatMap((each) => (typeof each === 'string' ? [resolve(workingDirectory, each)] : []));
  const paths = {
    rolesPath: [...(chosen?.rolesPath ?? own.rolesPath ?? []), ...(config.rolesPath ?? defaultRolesPath())],
    collectionsPath: config.collectionsPath ?? [
      ...new Set(files.map((file) => join(dirname(file), 'collections'))),
      ...defaultCollectionsPath(),
    ],
  };
  const played =
    chosen || !own.shipped
      ? await checkBefore(
          files,
          { ...loaded, ...paths, decrypt, extraVars: settings.extraVars },
          playedRoles(files[0] ?? workingDirectory, signal),
        )
      : undefined;
  for (const warning of [...config.warnings, ...loaded.warnings]) process.stderr.write(formatDiagnostic(warning));
  return {
    ...loaded,
    ...paths,
    played,
    redactor,
    playbooks: playbooks.map((playbook) =>
      typeof playbook === 'string' ? resolve(workingDirectory, playbook) : playbook,
    ),
    proven: own.shipped === true && !chosen,
    settings,
    limit: flags.limit,
    decrypt,
    decryptFile,
    listener,
    signal,
    ask,
  };
};

const defaultRolesPath = (): readonly string[] => [
  join(homedir(), '.ansible/roles'),
  '/usr/share/ansible/roles',
  '/etc/ansible/roles',
];

const defaultCollectionsPath = (): readonly string[] => [
  process.cwd(),
  join(homedir(), '.ansible/collections'),
  '/usr/share/ansible/collections',
];

/** Tells what a user can mend with the line of source, and ends with exit code 1. */
export const told = (action: (signal: AbortSignal) => Promise<void>): Promise<void> =>
  tellFailures(async (signal) => {
    try {
      await action(signal);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      process.stderr.write(formatDiagnostics(error.diagnostics));
      process.exitCode = 1;
    }
  });

const settingsOf = (
  flags: RunFlags,
  config: AnsibleConfig,
  password: string | undefined,
  becomePassword: string | undefined,
): Omit<RunSettings, 'extraVars'> => ({
  checkMode: flags.check,
  diffMode: flags.diff || config.diffAlways === true,
  verbosity: flags.verbose,
  lookAhead: flags.lookAhead,
  become: flags.become || config.become === true,
  becomeUser: flags.becomeUser ?? config.becomeUser,
  becomeMethod: flags.becomeMethod ?? config.becomeMethod,
  becomePassword,
  target: {
    connection: flags.connection ?? config.transport,
    user: flags.user ?? config.remoteUser,
    port: config.remotePort,
    password,
    privateKeyFile: flags.privateKey ?? config.privateKeyFile,
    timeoutSeconds: flags.timeout ?? config.timeout,
    hostKeyChecking: config.hostKeyChecking,
    sshArgs: config.sshArgs,
    sshCommonArgs: flags.sshCommonArgs ?? config.sshCommonArgs,
    sshExtraArgs: flags.sshExtraArgs ?? config.sshExtraArgs,
  },
  forks: flags.forks ?? config.forks ?? 50,
  tags: flags.tags.length > 0 ? flags.tags : (config.runTags ?? []),
  skipTags: flags.skipTags.length > 0 ? flags.skipTags : (config.skipTags ?? []),
  gatherFacts: config.gathering !== 'explicit',
  forceHandlers: flags.forceHandlers,
  startAtTask: flags.startAtTask,
});

const openReporter = async (flags: RunFlags, { byRole = false, answers = false }: CommandsOwn): Promise<Reporter> => {
  const write = (text: string): void => {
    process.stdout.write(text);
  };
  if (flags.json) {
    withoutColours();
    return new JsonReporter(write);
  }
  const options: ReporterOptions = {
    write,
    columns: process.stdout.columns ?? 80,
    terminal: process.stdout.isTTY === true,
    verbosity: flags.verbose,
    diff: flags.diff,
    checkMode: flags.check,
    profile: flags.profile,
    byRole,
    answers,
    formatDiagnostic: (diagnostic) => formatDiagnostic(diagnostic).trimEnd(),
  };
  const live = process.stdout.isTTY && !flags.plain && flags.verbose === 0 && process.env.TERM !== 'dumb';
  if (!live) return new PlainReporter(options);
  const { LiveReporter } = await import('../output/live.ts');
  return new LiveReporter(options);
};

const formatDiagnostic = (diagnostic: Diagnostic): string => formatDiagnostics([diagnostic]);

const formatDiagnostics = (diagnostics: readonly Diagnostic[]): string =>
  printDiagnostics(diagnostics, { cwd: process.cwd(), style: diagnosticStyle, read: readSource });

/** A file that is vaulted or not there any more is not shown. */
const readSource = (file: string): string | undefined => {
  try {
    const text = readFileSync(file, 'utf8');
    return text.startsWith('$ANSIBLE_VAULT') ? undefined : text;
  } catch {
    return undefined;
  }
};
