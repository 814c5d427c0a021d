import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { Undefined } from '../values.ts';

export const first = plugin(
  '',
  (_, value) => iterate(value)[0] ?? new Undefined('first', 'No first item, sequence was empty.'),
);
