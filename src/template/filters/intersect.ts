import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { memberOfAny, uniqueItems } from './sets.ts';

export const intersect = plugin('b', (_, a, b) => uniqueItems(iterate(a).filter(memberOfAny(iterate(b)))));
