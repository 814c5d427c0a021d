import { readFileSync } from 'node:fs';
import { UserError } from '../../util/diagnostic.ts';

/** The text of a file with a key. Throws a UserError where it can't be read. */
export const readKeyFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError({ severity: 'error', message: `can't read the key ${file}: ${(error as Error).message}` });
  }
};
