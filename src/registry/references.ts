import { dirname } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { isName, locate } from './locate.ts';
import type { Requirement } from './requirements.ts';
import type { Kind } from './source.ts';

/**
 * A role that a play names as `oci://host/path@^2` or `git+https://host/repo.git#folder@v1` (`@` and what follows is the
 * version); or a collection that an inventory names. In the lock a role is called by its address, so that it is not in the way of
 * a requirement with its name; a collection is called as its files say.
 */
export const referenceRequirement = (text: string, from: string | Position, kind: Kind = 'role'): Requirement => {
  const position = typeof from === 'string' ? { file: from, line: 1, column: 1 } : from;
  const folder = dirname(position.file);
  const version = text.startsWith('git+') ? /(?<=\.git(?:#[^@]*)?)@([^@/:]+)$/.exec(text) : null;
  try {
    const plain = version ? text.slice(0, version.index) : text;
    const found = locate({ kind, text: plain, folder, ...(version?.[1] && { version: version[1] }) });
    const name = kind === 'role' ? addressOf(found.src, found.subfolder) : found.name;
    return { ...found, name, position, signatures: [] };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({ severity: 'error', message: (error as Error).message, position, length: text.length });
  }
};

/** What a role of this address is called in output. */
export const shortName = (address: string): string => {
  const last =
    address
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? address;
  return isName('role', last) ? last : 'role';
};

const addressOf = (src: string, subfolder: string | undefined): string => (subfolder ? `${src}#${subfolder}` : src);
