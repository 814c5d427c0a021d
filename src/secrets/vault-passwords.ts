import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, resolve } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import type { VaultSecret } from './vault.ts';

/** What the command line and ansible.cfg say about passwords. */
export interface VaultSources {
  /** `--vault-id`: `ID@SOURCE` or SOURCE, where SOURCE is `prompt`, a file or a program. */
  readonly ids?: readonly string[] | undefined;
  readonly files?: readonly string[] | undefined;
  /** `--ask-vault-pass`. */
  readonly ask?: boolean | undefined;
}

/**
 * The passwords, in the order in which they were given. A file's first and last white space is no part of the password; a
 * program prints it, and one whose name ends in `-client` is told `--vault-id ID`. `prompt` asks at the terminal.
 */
export const readVaultSecrets = async (
  sources: VaultSources,
  prompt: (question: string) => Promise<string>,
): Promise<readonly VaultSecret[]> => {
  const secrets: VaultSecret[] = [];
  const add = (id: string, password: string, from: string): void => {
    if (password === '') throw problem(`the vault password from ${from} is empty`);
    secrets.push({ id, password });
  };
  for (const given of sources.ids ?? []) {
    const { id, source } = split(given);
    if (source === 'prompt' || source === 'prompt_ask_vault_pass')
      add(id, await prompt(`Vault password (${id}): `), 'the prompt');
    else add(id, readSource(source, id), source);
  }
  for (const file of sources.files ?? []) add('default', readSource(file, undefined), file);
  if (sources.ask) add('default', await prompt('Vault password: '), 'the prompt');
  return secrets;
};

const split = (given: string): { readonly id: string; readonly source: string } => {
  const at = given.indexOf('@');
  return at < 0
    ? { id: 'default', source: given }
    : { id: given.slice(0, at) || 'default', source: given.slice(at + 1) };
};

const readSource = (source: string, id: string | undefined): string => {
  const path = resolve(source.replace(/^~(?=\/)/, homedir()));
  if (!statSync(path, { throwIfNoEntry: false })) throw problem(`there is no vault password file ${source}`);
  return isProgram(path) ? run(path, id) : readFileSync(path, 'utf8').trim();
};

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const run = (path: string, id: string | undefined): string => {
  const client = /-client(\.\w+)?$/.test(basename(path));
  const { status, stdout, stderr, error } = spawnSync(path, client && id ? ['--vault-id', id] : [], {
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  if (error)
    throw problem(
      `the vault password program ${path} could not be started: ${error.message}`,
      'a file that holds the password must not be executable',
    );
  if (status !== 0) throw problem(`the vault password program ${path} ended with ${status}: ${stderr.trim()}`);
  return stdout.trim();
};

const problem = (message: string, hint?: string): UserError => new UserError({ severity: 'error', message, hint });
