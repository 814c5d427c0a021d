import { readFile } from 'node:fs/promises';
import type { AnyAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';
import type { SshSettings } from './ssh-config.ts';

/** What there is to log in with, in the order in which it is offered, and what could not be used and why. */
export interface Credentials {
  readonly methods: readonly AnyAuthMethod[];
  readonly unusable: readonly string[];
}

/**
 * The key that the inventory names first, then the agent's, then those of ssh_config, then the password, both as such and
 * as the answer to a question (keyboard-interactive). A server stops listening after six tries, so with a named key the
 * default ones are left out.
 */
export const credentials = async (
  settings: SshSettings,
  given: { readonly privateKeyFile?: string | undefined; readonly password?: string | undefined },
): Promise<Credentials> => {
  const username = settings.user;
  const unusable: string[] = [];
  const keyMethods = async (files: readonly string[], named: boolean): Promise<AnyAuthMethod[]> => {
    const found = await Promise.all(files.map((file) => readKey(file, named, unusable)));
    return found.flatMap((key) => (key ? [{ type: 'publickey' as const, username, key }] : []));
  };
  const named = given.privateKeyFile === undefined ? [] : await keyMethods([given.privateKeyFile], true);
  const fromConfig = given.privateKeyFile === undefined ? await keyMethods(settings.identityFiles, false) : [];
  const agent: AnyAuthMethod[] =
    settings.agent && !settings.identitiesOnly ? [{ type: 'agent', username, agent: settings.agent }] : [];
  const { password } = given;
  const byPassword: AnyAuthMethod[] =
    password === undefined
      ? []
      : [
          { type: 'password', username, password },
          {
            type: 'keyboard-interactive',
            username,
            prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
          },
        ];
  return { methods: [...named, ...agent, ...fromConfig, ...byPassword], unusable };
};

const readKey = async (file: string, named: boolean, unusable: string[]): Promise<Buffer | undefined> => {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    if (named)
      unusable.push(
        `${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message}`,
      );
    return undefined;
  }
  const parsed = ssh2.utils.parseKey(text);
  if (!(parsed instanceof Error)) return text;
  const why = /passphrase|encrypted/i.test(parsed.message)
    ? 'is locked by a passphrase; load it into ssh-agent'
    : /sk-|Unsupported/i.test(parsed.message)
      ? "is of a kind that needs 'ansible_connection: openssh' (FIDO keys, certificates)"
      : parsed.message;
  unusable.push(`${file}: ${why}`);
  return undefined;
};
