import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Command } from 'commander';
import { UserError } from '../../util/diagnostic.ts';
import { ask, askSecret } from '../ask.ts';
import { tellFailures } from '../failures.ts';
import { withSources } from './project.ts';
import { print } from './report.ts';

interface LoginFlags {
  readonly username?: string;
  readonly passwordStdin: boolean;
}

/** `k8s-bm role login registry.example`: keeps a name and a password where Docker keeps them, once the registry takes them. */
export const addLoginCommand = (role: Command): void => {
  role
    .command('login')
    .description('keep the credentials for a registry, where Docker keeps them')
    .argument('<registry>', 'host, and port where it has one')
    .option('-u, --username <name>', 'the name; asked for when left out')
    .option('--password-stdin', 'read the password from standard input', false)
    .action((registry: string, flags: LoginFlags) => tellFailures((signal) => login(registry, flags, signal)));
};

const login = async (typed: string, flags: LoginFlags, signal: AbortSignal): Promise<void> => {
  const registry = typed.replace(/^(?:oci|https):\/\//, '').replace(/\/.*$/, '');
  const { saveCredentials } = await import('../../oci/docker-config.ts');
  const username = flags.username ?? (await ask({ prompt: 'User name: ', echo: true }, signal));
  const password = flags.passwordStdin
    ? readFileSync(0, 'utf8').replace(/\r?\n$/, '')
    : await askSecret('Password: ', signal);
  if (!username || !password)
    throw new UserError({
      severity: 'error',
      message: 'a name and a password are needed',
      hint: 'without a terminal: -u NAME --password-stdin',
    });
  const places = { environment: process.env, home: homedir() };
  await withSources(signal, async (sources) => {
    const { network } = await sources();
    await network.checkCredentials(registry, { username, password }).catch((error: unknown) => {
      if ((error as { status?: unknown }).status !== 401) throw error;
      throw new UserError(
        { severity: 'error', message: `${registry} does not take this name and password, so they are not kept` },
        { cause: error },
      );
    });
  });
  await saveCredentials(registry, { username, password }, places);
  print(`${registry} knows ${username}; the password is kept where Docker keeps it.`);
};
