import type { Command } from 'commander';
import type { AnsibleConfig } from '../language/ansible-cfg.ts';
import { Vault } from '../secrets/vault.ts';
import { readVaultSecrets } from '../secrets/vault-passwords.ts';
import { UserError } from '../util/diagnostic.ts';
import { askSecret } from './ask.ts';

/** How a user says where vault passwords are; ansible-playbook's own flags. */
export interface VaultFlags {
  readonly vaultId: readonly string[];
  readonly vaultPasswordFile: readonly string[];
  readonly askVaultPass: boolean;
}

export const addVaultFlags = (command: Command): Command =>
  command
    .option('--vault-id <id@source>', 'a vault password with its id: ID@FILE, ID@PROGRAM or ID@prompt', collect, [])
    .option('--vault-pass-file, --vault-password-file <file>', 'a file or program with a vault password', collect, [])
    .option('-J, --ask-vault-pass', 'ask for the vault password', false);

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** The vault with all passwords that flags and ansible.cfg name. `onSecret` is told every plaintext. */
export const openVault = async (
  flags: VaultFlags,
  config: AnsibleConfig,
  signal: AbortSignal,
  onSecret?: (plaintext: string) => void,
): Promise<Vault> => {
  const files =
    flags.vaultPasswordFile.length > 0
      ? flags.vaultPasswordFile
      : config.vaultPasswordFile
        ? [config.vaultPasswordFile]
        : [];
  const ids = flags.vaultId.length > 0 ? flags.vaultId : (config.vaultIdentityList ?? []);
  const ask = async (question: string): Promise<string> => {
    const answer = await askSecret(question, signal);
    if (answer === undefined)
      throw new UserError({
        severity: 'error',
        message: 'there is no terminal to ask for the vault password',
        hint: 'add --vault-password-file FILE',
      });
    return answer;
  };
  return new Vault(
    await readVaultSecrets({ ids, files, ask: flags.askVaultPass || config.askVaultPass }, ask),
    onSecret,
  );
};
