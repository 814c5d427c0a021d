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

interface Known {
  readonly inventory: Inventory;
  readonly templar: Templar;
  readonly rolesPath: readonly string[];
  readonly collectionsPath: readonly string[];
  readonly played: PlayedRoles | undefined;
  readonly decrypt: Decrypt;
  readonly extraVars: Vars;
}

/** Throws a UserError with all that is wrong with playbooks and what they name, before a host is touched. */
export const checkBefore = (playbooks: readonly string[], known: Known): void => {
  const { diagnostics } = checkPlaybooks(playbooks, {
    ...known,
    modules: moduleNames,
    names: namesOf(playbooks, known),
  });
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new UserError(diagnostics);
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
