import { memberOfAny } from '../filters/sets.ts';
import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { iterate } from '../python/iterate.ts';

/** Whether all of one list is in another. */
export const subset = plugin('b', (_, a, b) => iterate(a).every(memberOfAny(iterate(b))));
export const superset = plugin('b', (_, a, b) => iterate(b).every(memberOfAny(iterate(a))));
export const nan = plugin('', (_, value) => Number.isNaN(Number(numeric(value) ?? 0)));
