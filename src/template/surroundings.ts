import type { Value, Vaulted } from './values.ts';

/** What templates may know of the world outside the variables; handed in, so that nothing here reads it by itself. */
export interface Surroundings {
  /** The environment that `lookup('env')` reads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of lookups end, when no search path of the task has them. */
  readonly workingDirectory: string;
  readonly decrypt: (secret: Vaulted) => string;
  /** The content of a file that may be encrypted by Ansible Vault. */
  readonly decryptFile: (content: Uint8Array) => Uint8Array;
  /** What `lookup('config')` answers. */
  readonly configuration: (name: string) => Value | undefined;
  readonly now: () => Date;
  /** A number from 0 up to 1, as Math.random. */
  readonly random: () => number;
  readonly warn: (message: string) => void;
}

export const defaultSurroundings: Surroundings = {
  environment: {},
  workingDirectory: '.',
  decrypt: (secret) => {
    throw new Error(`no vault secret is at hand for ${secret.ciphertext.split('\n')[0] ?? ''}`);
  },
  decryptFile: (content) => content,
  configuration: () => undefined,
  now: () => new Date(),
  random: Math.random,
  warn: () => {},
};
