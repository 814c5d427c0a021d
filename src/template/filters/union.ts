import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { uniqueItems } from './sets.ts';

export const union = plugin('b', (_, a, b) => uniqueItems([...iterate(a), ...iterate(b)]));
