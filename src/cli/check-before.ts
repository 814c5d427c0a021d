import { dirname } from 'node:path';
import type { Inventory } from '../inventory/inventory.ts';
import { selectHosts } from '../inventory/patterns.ts';
import { VarsFolders } from '../inventory/vars-folders.ts';
import { checkPlaybooks } from '../language/check-playbook.ts';
import type { Decrypt } from '../language/files.ts';
import type { Vars } from '../language/playbook.ts';
import type { PlayedRoles } from '../language/roles.ts';
import { moduleNames } from '../run/known-modules.ts';
import type { Templar } from '../template/templar.ts';
import { UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import type { Position } from '../util/position.ts';

interface Known {
  readonly inventory: Inventory;
  readonly templar: Templar;
  readonly rolesPath: readonly string[];
  readonly collectionsPath: readonly string[];
  readonly decrypt: Decrypt;
  readonly extraVars: Vars;
}

/**
 * Throws a UserError with all that is wrong with playbooks and what they name, before a host is touched. Roles that they name
 * by where they come from are brought, and read as well; found they are where a play, a role or an included file names them.
 */
export const checkBefore = async (
  playbooks: readonly string[],
  known: Known,
  bring: (named: ReadonlyMap<string, Position>) => Promise<PlayedRoles>,
): Promise<PlayedRoles | undefined> => {
  const named = new Map<string, Position>();
  const names = namesOf(playbooks, known);
  for (let played: PlayedRoles | undefined; ; ) {
    const options = { ...known, played, modules: moduleNames, names };
    const { diagnostics, references } = checkPlaybooks(playbooks, options);
    const wrong = diagnostics.some(({ severity }) => severity === 'error');
    const fresh = [...references].filter(([name]) => !named.has(name));
    if (fresh.length === 0) {
      if (wrong) throw new UserError(diagnostics);
      return played;
    }
    for (const [name, position] of fresh) named.set(name, position);
    try {
      played = await bring(named);
    } catch (error) {
      // What is wrong with the files is told along with what can't be brought.
      throw wrong && error instanceof UserError ? new UserError([...diagnostics, ...error.diagnostics]) : error;
    }
  }
};

/** Every name that an inventory, a folder beside it or beside a playbook, or `-e` sets for any host. */
const namesOf = (playbooks: readonly string[], { inventory, decrypt, extraVars }: Known): ReadonlySet<string> => {
  const names = new Set<string>(extraVars.keys());
  for (const { vars } of [...inventory.groups.values(), ...inventory.hosts.values()])
    for (const name of vars.keys()) names.add(name);
  const folders = new VarsFolders(decrypt);
  const places = [
    ...inventory.sources.flatMap(({ folder }) => folder ?? []),
    ...playbooks.map((file) => dirname(file)),
  ];
  for (const place of new Set(places)) for (const name of folders.names(place)) names.add(name);
  return names;
};

/** Throws a UserError where `--limit` leaves no host at all: nothing would be done, and that would look like success. */
export const checkLimit = (inventory: Inventory, limit: string | undefined): void => {
  if (limit === undefined || inventory.hosts.size === 0 || selectHosts(inventory, 'all', limit).hosts.length > 0)
    return;
  const meant = nearest(limit, [...inventory.hosts.keys(), ...inventory.groups.keys()]);
  throw new UserError({
    severity: 'error',
    message: `--limit ${limit} leaves no host of the inventory`,
    hint: meant ? `did you mean ${meant}?` : 'k8s-bm inventory --list shows the hosts and groups',
  });
};
