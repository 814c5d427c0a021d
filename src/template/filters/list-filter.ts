import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';

export const listFilter = plugin('', (_, value) => [...iterate(value)]);
