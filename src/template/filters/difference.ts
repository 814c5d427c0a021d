import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { memberOfAny, uniqueItems } from './sets.ts';

export const difference = plugin('b', (_, a, b) => {
  const isIn = memberOfAny(iterate(b));
  return uniqueItems(iterate(a).filter((item) => !isIn(item)));
});
