import { readFileSync } from 'node:fs';
import { UserError } from '../../util/diagnostic.ts';

/** The text of a file with a key. Throws a UserError where it can't be read. */
export const readKeyFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw new UserError({ severity: 'error', message: `the key ${file} cannot be read: ${why}` });
  }
};
