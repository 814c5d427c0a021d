import type { Identity } from '../transport.ts';

/** One way to run a command as another user. */
export interface BecomeMethod {
  readonly name: string;
  /** The command line that runs `command`, itself a command line, as `identity.user`; `prompt` marks the question. */
  command(identity: Identity, command: string, prompt: string): string;
  /** Whether the method asks for a password with this identity; if not, nothing needs to be awaited. */
  asks(identity: Identity): boolean;
  /** Whether it reads a password from a terminal only. */
  needsTerminal(identity: Identity): boolean;
  /** How often the question stands in what was printed so far. */
  questions(output: string, prompt: string): number;
  /** Why it refused, by what it printed, and what to do. */
  explain(output: string, identity: Identity): { readonly message: string; readonly hint?: string | undefined };
}

/** The user that commands run as where `become_user` does not say. */
export const becomeUser = (identity: Identity): string => identity.user ?? 'root';

/** What to do where a password is missing or wrong. */
export const askHint = 'give the password with -K, or ansible_become_password in a vaulted file';
