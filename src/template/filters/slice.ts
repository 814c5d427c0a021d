import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { iterate } from '../python/iterate.ts';
import type { Value } from '../values.ts';

/** That many lists, the longer ones first, filled up where `fill_with` is given. */
export const slice = plugin('slices, fill_with=None', (_, value, slices, fill) => {
  const [list, count] = [iterate(value), asInteger(slices, 'slices')];
  const [size, longer] = [Math.floor(list.length / count), list.length % count];
  const columns: Value[][] = [];
  for (let column = 0, at = 0; column < count; column++) {
    const end = at + size + (column < longer ? 1 : 0);
    const part = list.slice(at, end);
    if (fill !== null && column >= longer) part.push(fill);
    columns.push(part);
    at = end;
  }
  return columns;
});
