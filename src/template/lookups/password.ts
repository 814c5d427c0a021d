import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { decode, encode } from '../../util/bytes.ts';
import { drawCharacters, saltCharacters } from '../crypt/draw.ts';
import { hashPassword } from '../crypt/hash-password.ts';
import { taskFolders } from '../evaluate/loader.ts';
import { generator } from '../filters/seeded.ts';
import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { readTerm } from './options.ts';

const optionNames = ['length', 'chars', 'encrypt', 'ident', 'seed'];

const sets: Readonly<Record<string, string>> = {
  ascii_lowercase: 'abcdefghijklmnopqrstuvwxyz',
  ascii_uppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ascii_letters: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
  digits: '0123456789',
  hexdigits: '0123456789abcdefABCDEF',
  octdigits: '01234567',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

/**
 * A password that is drawn once and kept in a file with mode 0600, so that it is the same at each run; `/dev/null` keeps
 * nothing. With `encrypt` its hash, whose salt is kept beside it.
 */
export const password = plugin(
  'length=20, chars=None, encrypt=None, ident=None, seed=None',
  (context, terms, length, chars, encrypt, ident, seed) =>
    (terms as Value[]).map((term) => {
      const { text: given, options } = readTerm(term, optionNames, 'password');
      const folder = taskFolders(context.scope).at(-1) ?? context.surroundings.workingDirectory;
      const path = resolve(
        folder,
        given.replace(/^~(?=\/)/, () => context.surroundings.environment.HOME ?? '~'),
      );
      const random = generator(context, options.get('seed') ?? seed);
      const stored = path !== '/dev/null' && existsSync(path) ? readStored(decode(readFileSync(path))) : undefined;
      const size = options.has('length') ? Number(options.get('length')) : asInteger(length, 'length');
      const alphabet = characters(
        options.get('chars')?.split(/(?<!,),(?!,)|,(?=,,)/) ??
          (chars === null ? undefined : iterate(chars).map(toText)),
      );
      const text =
        stored?.text ?? drawCharacters(alphabet, size, seed === null && !options.has('seed') ? undefined : random);
      const scheme = options.get('encrypt') ?? (encrypt === null ? undefined : toText(encrypt));
      const salt =
        scheme === undefined
          ? stored?.salt
          : (stored?.salt ?? drawCharacters(saltCharacters, scheme.startsWith('md5') ? 8 : 16, undefined));
      if (path !== '/dev/null' && (stored === undefined || stored.salt !== salt)) keep(path, text, salt, ident);
      return scheme === undefined ? text : hashPassword(text, scheme, salt, undefined);
    }),
  { impure: true },
);

const readStored = (content: string): { text: string; salt: string | undefined } => {
  const line = content.replace(/\n$/, '');
  const [, text = line, salt] = /^([\s\S]*?) salt=(\S+)(?: ident=\S+)?$/.exec(line) ?? [];
  return { text, salt };
};

const characters = (parts: readonly string[] | undefined): string => {
  const names = parts ?? ['ascii_letters', 'digits', '.,:-_'];
  const alphabet = names
    .map((name) => (Object.hasOwn(sets, name) ? sets[name] : name === ',,' || name === '' ? ',' : name))
    .join('');
  if (alphabet === '') throw new TemplateError("the lookup 'password' has no characters to draw from");
  return [...new Set(alphabet)].join('');
};

const keep = (path: string, text: string, salt: string | undefined, ident: Value): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const line = text + (salt === undefined ? '' : ` salt=${salt}`) + (ident === null ? '' : ` ident=${toText(ident)}`);
  writeFileSync(path, encode(`${line}\n`), { mode: 0o600 });
  chmodSync(path, 0o600);
};
