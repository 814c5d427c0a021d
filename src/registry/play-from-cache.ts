import { relative } from 'node:path';
import type { PlayedRoles } from '../language/roles.ts';
import type { Position } from '../util/position.ts';
import { keyOf, type Locked, writeLock } from './lock.ts';
import type { Project } from './project.ts';
import { referenceRequirement, shortName } from './references.ts';

/**
 * Settles the roles that plays name by reference, in the lock of the project, and brings them and what they depend on into
 * the cache, where they are played: nothing is installed for them.
 */
export const playFromCache = async (
  project: Project,
  named: ReadonlyMap<string, Position>,
): Promise<{ readonly find: PlayedRoles; readonly lockChanged: boolean }> => {
  const references = new Map([...named].map(([text, position]) => [text, referenceRequirement(text, position)]));
  const requirements = project.requirements();
  const { lock, changed } = await project.settle(requirements, { references });
  const wanted = [...references.values(), ...requirements];
  const roles = new Map<string, { readonly path: string; readonly locked: Locked }>();
  const bring = async (key: string): Promise<void> => {
    const locked = lock.packages.get(key);
    if (locked?.kind !== 'role' || roles.has(key)) return;
    roles.set(key, { path: '', locked });
    const { folder } = await project.bringWhole(locked, wanted);
    roles.set(key, { path: folder, locked });
    await Promise.all(locked.dependencies.map((edge) => bring(keyOf(edge))));
  };
  const keys = [...references.keys()].map((text) => lock.references.get(text) ?? '');
  await Promise.all(keys.map(bring));
  const lockChanged = changed && writeLock(project.lockFile, lock);
  const byPath = new Map([...roles.values()].map((each) => [each.path, each]));
  const find: PlayedRoles = (name, user) => {
    const own = lock.references.get(name);
    const found = own === undefined ? ofDependency(name, user) : roles.get(own);
    return found && { path: found.path, name: shortName(found.locked.name) };
  };
  /** A role from the cache names what it depends on as its own files do: by name, or by address. */
  const ofDependency = (name: string, user: string | undefined) => {
    const from = user === undefined ? undefined : [...byPath].find(([path]) => isIn(user, path))?.[1];
    const edge = from?.locked.dependencies.find((each) => each.kind === 'role' && isNamed(each.name, name));
    return edge && roles.get(keyOf(edge));
  };
  return { find, lockChanged };
};

const isIn = (path: string, folder: string): boolean => !relative(folder, path).startsWith('..');

/** Whether `name`, as a meta/main.yml writes it, is what a lock calls `known`. */
const isNamed = (known: string, name: string): boolean => {
  if (known === name) return true;
  return name.includes('/') && shortName(name.replace(/@[^@/]*$/, '').replace(/\.(?:tar\.gz|tgz|tar)$/, '')) === known;
};
