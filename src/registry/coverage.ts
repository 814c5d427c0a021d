import { keeps } from './choice.ts';
import { lockedFor } from './graph.ts';
import { keyOf, type Lock, type Locked, offerOf, placeOf } from './lock.ts';
import type { Requirement } from './requirements.ts';

/**
 * What of the lock the requirements reach, if it answers all of them: what each asks for, from where, and what that depends
 * on. Otherwise a sentence with the first thing that is missing. Nothing but the two is read.
 */
export const reached = (
  roots: readonly Requirement[],
  lock: Lock,
): { readonly packages: ReadonlyMap<string, Locked> } | { readonly missing: string } => {
  const packages = new Map<string, Locked>();
  const own = new Set<string>();
  const queue: Locked[] = [];
  for (const wanted of roots) {
    const locked = lockedFor(wanted, lock);
    if (!locked) return { missing: `${wanted.name} is not in it` };
    if (placeOf(locked) !== placeOf(wanted)) return { missing: `${wanted.name} is from another place in it` };
    if (!keeps(offerOf(locked), { wanted, by: undefined }))
      return { missing: `${wanted.name} ${wanted.version} is asked for, and it has ${locked.version}` };
    own.add(keyOf(locked));
    queue.push(locked);
  }
  for (let locked = queue.shift(); locked; locked = queue.shift()) {
    const key = keyOf(locked);
    if (packages.has(key)) continue;
    packages.set(key, locked);
    for (const edge of locked.dependencies) {
      const other = lock.packages.get(keyOf(edge));
      if (!other) return { missing: `${edge.name}, which ${locked.name} needs, is not in it` };
      const wanted = { ...edge, source: other.source, src: other.src, position: nowhere, signatures: [] };
      if (!keeps(offerOf(other), { wanted, by: key }))
        return { missing: `${locked.name} asks for ${edge.name} ${edge.version}, and it has ${other.version}` };
      queue.push(other);
    }
  }
  return { packages };
};

const nowhere = { file: '', line: 1, column: 1 };
