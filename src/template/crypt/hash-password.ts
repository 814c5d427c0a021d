import { TemplateError } from '../template-error.ts';
import { drawCharacters, saltCharacters } from './draw.ts';
import { md5Crypt } from './md5-crypt.ts';
import { shaCrypt } from './sha-crypt.ts';

/** Default rounds are those of passlib, which Ansible uses. */
const schemes: Readonly<
  Record<string, (password: string, salt: string | undefined, rounds: number | undefined) => string>
> = {
  md5: (password, salt) => md5Crypt(password, salt ?? drawCharacters(saltCharacters, 8, undefined)),
  sha256: (password, salt, rounds = 535_000) =>
    shaCrypt('sha256', password, salt ?? drawCharacters(saltCharacters, 16, undefined), rounds),
  sha512: (password, salt, rounds = 656_000) =>
    shaCrypt('sha512', password, salt ?? drawCharacters(saltCharacters, 16, undefined), rounds),
};

/** The hash of a password for /etc/shadow, with a salt drawn where none is given. */
export const hashPassword = (
  password: string,
  scheme: string,
  salt: string | undefined,
  rounds: number | undefined,
): string => {
  const hash = schemes[scheme.replace(/_crypt$/, '')];
  if (!hash)
    throw new TemplateError(`passwords can't be hashed by '${scheme}': there are ${Object.keys(schemes).join(', ')}`);
  if (salt !== undefined && !/^[./\dA-Za-z]+$/.test(salt)) {
    throw new TemplateError('a salt may only have letters, digits, dots and slashes');
  }
  return hash(password, salt, rounds);
};
