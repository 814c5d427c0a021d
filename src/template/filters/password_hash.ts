import { hashPassword } from '../crypt/hash-password.ts';
import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { toText } from '../python/text.ts';

/** For /etc/shadow; without a salt it differs each time. */
export const password_hash = plugin(
  "hashtype='sha512', salt=None, salt_size=None, rounds=None, ident=None",
  (context, value, type, salt, _size, rounds) => {
    if (salt === null) context.refuse('password_hash');
    return hashPassword(
      toText(value),
      toText(type),
      salt === null ? undefined : toText(salt),
      rounds === null ? undefined : asInteger(rounds, 'rounds'),
    );
  },
);
