import { plugin } from '../plugin.ts';
import { charactersOf } from '../python/characters.ts';
import { iterate } from '../python/iterate.ts';

export const reverse = plugin('', (_, value) =>
  typeof value === 'string' ? charactersOf(value).reverse().join('') : [...iterate(value)].reverse(),
);
