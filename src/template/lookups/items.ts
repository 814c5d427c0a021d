import { flattened } from '../filters/flatten.ts';
import { cartesian } from '../filters/product.ts';
import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import type { Value } from '../values.ts';

/** The lists behind `with_*`: `items` opens lists one level deep, `list` not at all, `flattened` to the ground. */
export const items = plugin('', (_, terms) => flattened(terms as Value[], 1, false));
export const list = plugin('', (_, terms) => terms);
export const flattenedLookup = plugin('', (_, terms) => flattened(terms as Value[], undefined, false));

export const indexed_items = plugin('', (_, terms) =>
  flattened(terms as Value[], 1, false).map((item, index) => [index, item]),
);

const asList = (term: Value): readonly Value[] => (typeof term === 'string' ? [term] : iterate(term));

/** Every choice of one item from each list. */
export const nested = plugin('', (_, terms) => cartesian((terms as Value[]).map(asList)));

/** The first items of all lists, then the second ones; null where a list is shorter. */
export const together = plugin('', (_, terms) => {
  const lists = (terms as Value[]).map(asList);
  const length = Math.max(0, ...lists.map((each) => each.length));
  return Array.from({ length }, (_unused, index) => lists.map((each) => each[index] ?? null));
});

/** One of the items by chance. */
export const random_choice = plugin(
  '',
  (context, terms) => {
    const all = flattened(terms as Value[], 1, false);
    return all.length === 0 ? [] : [all[Math.floor(context.surroundings.random() * all.length)] as Value];
  },
  { impure: true },
);
