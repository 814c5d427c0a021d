import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { memberOfAny, uniqueItems } from './sets.ts';

export const symmetric_difference = plugin('b', (_, a, b) => {
  const [inA, inB] = [memberOfAny(iterate(a)), memberOfAny(iterate(b))];
  return uniqueItems([...iterate(a), ...iterate(b)].filter((item) => !(inA(item) && inB(item))));
});
