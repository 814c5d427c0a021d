import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { Undefined } from '../values.ts';

export const last = plugin(
  '',
  (_, value) => iterate(value).at(-1) ?? new Undefined('last', 'No last item, sequence was empty.'),
);
