import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { iterate } from '../python/iterate.ts';
import type { Value } from '../values.ts';

export const batch = plugin('linecount, fill_with=None', (_, value, linecount, fill) => {
  const [items, size] = [iterate(value), asInteger(linecount, 'linecount')];
  const rows: Value[][] = [];
  for (let at = 0; at < items.length; at += size) rows.push(items.slice(at, at + size));
  const last = rows.at(-1);
  if (fill !== null && last) while (last.length < size) last.push(fill);
  return rows;
});
