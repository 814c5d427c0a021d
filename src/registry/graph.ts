import { keyOf, type Lock, type Locked, placeOf } from './lock.ts';
import type { Requirement } from './requirements.ts';

/** One line of a tree of dependencies. */
export interface Branch {
  readonly depth: number;
  readonly locked: Locked;
  /** The range that its parent asks for. */
  readonly asked: string;
  /** It stands above already, with what it depends on. */
  readonly repeated: boolean;
}

/** What the project requires, and what that depends on, as a tree; what was shown once is not unfolded again. */
export const treeOf = (requirements: readonly Requirement[], lock: Lock): readonly Branch[] => {
  const branches: Branch[] = [];
  const seen = new Set<string>();
  const add = (locked: Locked, asked: string, depth: number): void => {
    const repeated = seen.has(keyOf(locked)) && locked.dependencies.length > 0;
    branches.push({ depth, locked, asked, repeated });
    seen.add(keyOf(locked));
    if (repeated) return;
    for (const edge of locked.dependencies) {
      const other = lock.packages.get(keyOf(edge));
      if (other) add(other, edge.version, depth + 1);
    }
  };
  for (const wanted of requirements) {
    const locked = lockedFor(wanted, lock);
    if (locked) add(locked, wanted.version ?? '*', 0);
  }
  return branches;
};

/** One way from the project down to something: what it requires first, each with the range that was asked for. */
export type Chain = readonly { readonly locked: Locked; readonly asked: string; readonly wanted?: Requirement }[];

/** Every way that leads to `name`, shortest first, at most `limit`. */
export const chainsTo = (
  name: string,
  requirements: readonly Requirement[],
  lock: Lock,
  limit = 20,
): readonly Chain[] => {
  const found: Chain[] = [];
  let ways: Chain[] = requirements.flatMap((wanted) => {
    const locked = lockedFor(wanted, lock);
    return locked ? [[{ locked, asked: wanted.version ?? '*', wanted }]] : [];
  });
  while (ways.length > 0 && found.length < limit) {
    found.push(...ways.filter((way) => way.at(-1)?.locked.name === name));
    ways = ways.flatMap((way) => (way.at(-1)?.locked.dependencies ?? []).flatMap((edge) => longer(way, edge, lock)));
    // Ways multiply where many share much; the shortest tell enough.
    ways = ways.slice(0, 10_000);
  }
  return found.slice(0, limit);
};

const longer = (way: Chain, edge: Locked['dependencies'][number], lock: Lock): Chain[] => {
  const locked = lock.packages.get(keyOf(edge));
  const circle = way.some((each) => each.locked === locked);
  return locked && !circle ? [[...way, { locked, asked: edge.version }]] : [];
};

/** What a requirement became. */
export const lockedFor = (wanted: Requirement, lock: Lock): Locked | undefined =>
  wanted.nameless
    ? [...lock.packages.values()].find((each) => each.kind === wanted.kind && placeOf(each) === placeOf(wanted))
    : lock.packages.get(keyOf(wanted));
