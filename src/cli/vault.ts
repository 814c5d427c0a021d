import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { readAnsibleConfig } from '../language/ansible-cfg.ts';
import { isVaulted, Vault } from '../secrets/vault.ts';
import { UserError } from '../util/diagnostic.ts';
import { askSecret } from './ask.ts';
import { tellFailures } from './failures.ts';
import { addVaultFlags, openVault, type VaultFlags } from './vault-flags.ts';

interface Flags extends VaultFlags {
  readonly encryptVaultId?: string;
  readonly output?: string;
  readonly name?: string;
  readonly stdinName?: string;
  readonly newVaultId?: string;
  readonly newVaultPasswordFile?: string;
}

type Action = (vault: Vault, files: readonly string[], flags: Flags, signal: AbortSignal) => void | Promise<void>;

/** `k8s-bm vault …`: Ansible Vault's files and strings, as `ansible-vault` handles them. */
export const configure = (command: Command): void => {
  const add = (usage: string, summary: string, action: Action): Command =>
    addVaultFlags(command.command(usage).description(summary)).action(
      (given: string | readonly string[] | undefined, flags: Flags) =>
        tellFailures(async (signal) => {
          const config = readAnsibleConfig({ cwd: process.cwd(), home: homedir(), environment: process.env });
          const vault = await openVault(flags, config, signal);
          if (vault.empty)
            throw problem('no vault password was given', 'add --ask-vault-pass or --vault-password-file FILE');
          await action(vault, given === undefined ? [] : typeof given === 'string' ? [given] : given, flags, signal);
        }),
    );
  const id = ['--encrypt-vault-id <id>', 'the id of the password to encrypt with, where several are given'] as const;
  const output = ['-o, --output <file>', 'write there instead; - is the standard output'] as const;
  add('encrypt [files...]', 'encrypt files in place, or the standard input', encrypt)
    .option(...id)
    .option(...output);
  add('decrypt [files...]', 'decrypt files in place, or the standard input', decrypt).option(...output);
  add('view <files...>', 'print what is inside', view);
  add('edit <file>', 'open what is inside in $EDITOR and encrypt it again', edit).option(...id);
  add('create <file>', 'write a new vaulted file in $EDITOR', create).option(...id);
  add('rekey <files...>', 'change the password', rekey)
    .option('--new-vault-id <id@source>', 'the new password with its id')
    .option('--new-vault-password-file <file>', 'the new password');
  add('encrypt_string [strings...]', 'encrypt strings, to paste them into YAML', encryptString)
    .option(...id)
    .option('-n, --name <name>', 'the name of the variable')
    .option('--stdin-name <name>', 'the name of the variable that is read from the standard input');
};

const encrypt: Action = (vault, files, flags) => {
  for (const { name, text } of inputs(files)) {
    if (isVaulted(text.toString('utf8')))
      throw problem(`${name} is vaulted already`, 'k8s-bm vault rekey changes its password');
    put(flags.output ?? (name === '-' ? '-' : name), vault.encrypt(text, flags.encryptVaultId), name);
  }
};

const decrypt: Action = (vault, files, flags) => {
  for (const { name, text } of inputs(files))
    put(flags.output ?? (name === '-' ? '-' : name), vault.decryptBytes(text.toString('utf8'), name), name);
};

const view: Action = (vault, files) => {
  for (const { name, text } of inputs(files)) process.stdout.write(vault.decryptBytes(text.toString('utf8'), name));
};

const edit: Action = (vault, [file = ''], flags) => {
  const vaulted = read(file).toString('utf8');
  const before = vault.decryptBytes(vaulted, file);
  const id = flags.encryptVaultId ?? /^\$ANSIBLE_VAULT;1\.2;AES256;(.+)/.exec(vaulted)?.[1];
  const after = inEditor(file, before);
  if (after.equals(before)) return;
  const known = id !== undefined && vault.has(id) ? id : flags.encryptVaultId;
  put(file, vault.encrypt(after, known), file);
};

const create: Action = (vault, [file = ''], flags) => {
  if (statSync(file, { throwIfNoEntry: false }))
    throw problem(`${file} is there already`, `k8s-bm vault edit ${file} changes it`);
  put(file, vault.encrypt(inEditor(file, Buffer.alloc(0)), flags.encryptVaultId), file);
};

const rekey: Action = async (vault, files, flags, signal) => {
  const config = { file: undefined, warnings: [] };
  const given = {
    vaultId: flags.newVaultId === undefined ? [] : [flags.newVaultId],
    vaultPasswordFile: flags.newVaultPasswordFile === undefined ? [] : [flags.newVaultPasswordFile],
    askVaultPass: false,
  };
  let fresh = await openVault(given, config, signal);
  if (fresh.empty) fresh = new Vault([{ id: 'default', password: await askTwice(signal) }]);
  const plain = files.map((file) => ({ file, text: vault.decryptBytes(read(file).toString('utf8'), file) }));
  for (const { file, text } of plain) put(file, fresh.encrypt(text), file);
};

const encryptString: Action = (vault, strings, flags) => {
  const given = strings.map((text) => ({ text, name: flags.name }));
  if (given.length === 0 || flags.stdinName !== undefined)
    given.push({ text: readFileSync(0).toString('utf8'), name: flags.stdinName ?? flags.name });
  for (const { text, name } of given) {
    const lines = vault.encrypt(text, flags.encryptVaultId).trimEnd().split('\n');
    process.stdout.write(
      `${name === undefined ? '' : `${name}: `}!vault |\n${lines.map((line) => `          ${line}\n`).join('')}`,
    );
  }
};

const inputs = (files: readonly string[]): readonly { readonly name: string; readonly text: Buffer }[] =>
  (files.length === 0 ? ['-'] : files).map((name) => ({ name, text: read(name) }));

const read = (file: string): Buffer => {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw problem(`can't read ${file}: ${(error as Error).message}`);
  }
};

/** Beside the target, then renamed, so that a file is never half written. It keeps its mode; a new one is the user's alone. */
const put = (file: string, text: string | Uint8Array, source: string): void => {
  if (file === '-') {
    process.stdout.write(text);
    return;
  }
  const mode = (statSync(source, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o7777;
  const fresh = join(dirname(file), `.${basename(file)}.${process.pid}.new`);
  try {
    writeFileSync(fresh, text, { mode: 0o600 });
    chmodSync(fresh, mode);
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw problem(`can't write ${file}: ${(error as Error).message}`);
  }
};

const inEditor = (file: string, text: Uint8Array): Buffer => {
  const memory = statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() ? '/dev/shm' : tmpdir();
  const folder = mkdtempSync(join(memory, 'k8s-bm-vault-'));
  try {
    const path = join(folder, basename(file));
    writeFileSync(path, text, { mode: 0o600 });
    const [editor = 'vi', ...args] = (process.env.VISUAL || process.env.EDITOR || 'vi').split(/\s+/);
    const { status, error } = spawnSync(editor, [...args, path], { stdio: 'inherit' });
    if (error) throw problem(`the editor ${editor} could not be started: ${error.message}`, 'set EDITOR');
    if (status !== 0) throw problem(`the editor ended with ${status}; nothing was changed`);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const askTwice = async (signal: AbortSignal): Promise<string> => {
  const first = await askSecret('New vault password: ', signal);
  if (first === undefined)
    throw problem('there is no terminal to ask for the new password', 'add --new-vault-password-file FILE');
  if (first === '') throw problem('an empty password protects nothing');
  if ((await askSecret('The same again: ', signal)) !== first) throw problem('the two passwords differ');
  return first;
};

const problem = (message: string, hint?: string): UserError => new UserError({ severity: 'error', message, hint });
