import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { printDiagnostics } from '../language/diagnostics.ts';
import type { Playbook } from '../language/playbook.ts';
import { JsonReporter } from '../output/json-lines.ts';
import { PlainReporter } from '../output/plain.ts';
import type { Reporter, ReporterOptions } from '../output/reporter.ts';
import { diagnosticStyle, withoutColours } from '../output/style.ts';
import type { RunSettings } from '../run/context.ts';
import { readExtraVars } from '../run/extra-vars.ts';
import { loadRun } from '../run/load.ts';
import { createRedactor } from '../run/redaction.ts';
import type { RunOptions } from '../run/run.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { ask } from './ask.ts';
import { tellFailures } from './failures.ts';
import type { RunFlags } from './run-flags.ts';

/**
 * Runs playbooks as the flags say and sets the exit code: 0 all went well, 1 something was wrong before a host was touched,
 * 2 a host failed, 4 a host was unreachable, 130 ended by Ctrl-C. Ctrl-C once ends what runs on hosts; twice, at once.
 */
export const executePlaybooks = (
  playbooks: readonly (string | Playbook)[],
  flags: RunFlags,
  change: Partial<RunSettings> = {},
): Promise<void> =>
  told(async (signal) => {
    const { runPlaybooks } = await import('../run/run.ts');
    const reporter = await openReporter(flags);
    const options = await readRun(playbooks, flags, (event) => reporter.event(event), signal, change);
    try {
      const { exitCode } = await runPlaybooks(options);
      if (!process.exitCode) process.exitCode = exitCode;
    } finally {
      await reporter.end();
    }
  });

/** Everything that a run needs, from flags and files. Asks for the passwords that the flags want asked for. */
export const readRun = async (
  playbooks: readonly (string | Playbook)[],
  flags: RunFlags,
  listener: RunOptions['listener'],
  signal: AbortSignal,
  change: Partial<RunSettings> = {},
): Promise<RunOptions> => {
  const workingDirectory = process.cwd();
  const redactor = createRedactor();
  const secret = async (wanted: boolean, prompt: string): Promise<string | undefined> => {
    if (!wanted) return undefined;
    const answer = await ask({ prompt, echo: false }, signal);
    redactor.add(answer);
    return answer;
  };
  const password = await secret(flags.askPass, 'login password: ');
  const becomePassword = (await secret(flags.askBecomePass, 'become password: ')) || password;
  const settings: RunSettings = { ...settingsOf(flags, workingDirectory, password, becomePassword), ...change };
  const loaded = loadRun({
    inventories: flags.inventory,
    settings,
    limit: flags.limit,
    environment: process.env,
    workingDirectory,
    redactor,
  });
  for (const warning of loaded.warnings) process.stderr.write(formatDiagnostic(warning));
  return {
    ...loaded,
    redactor,
    playbooks: playbooks.map((playbook) =>
      typeof playbook === 'string' ? resolve(workingDirectory, playbook) : playbook,
    ),
    settings,
    limit: flags.limit,
    rolesPath: [],
    collectionsPath: [],
    listener,
    signal,
    ask,
  };
};

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
  workingDirectory: string,
  password: string | undefined,
  becomePassword: string | undefined,
): RunSettings => ({
  checkMode: flags.check,
  diffMode: flags.diff,
  verbosity: flags.verbose,
  lookAhead: flags.lookAhead,
  become: flags.become,
  becomeUser: flags.becomeUser,
  becomeMethod: flags.becomeMethod,
  becomePassword,
  target: {
    connection: flags.connection,
    user: flags.user,
    password,
    privateKeyFile: flags.privateKey,
    timeoutSeconds: flags.timeout,
    sshCommonArgs: flags.sshCommonArgs,
    sshExtraArgs: flags.sshExtraArgs,
  },
  forks: flags.forks,
  tags: flags.tags,
  skipTags: flags.skipTags,
  gatherFacts: true,
  forceHandlers: flags.forceHandlers,
  startAtTask: flags.startAtTask,
  extraVars: readExtraVars(flags.extraVars, workingDirectory),
});

const openReporter = async (flags: RunFlags): Promise<Reporter> => {
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
    verbosity: flags.verbose,
    diff: flags.diff,
    checkMode: flags.check,
    profile: flags.profile,
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
