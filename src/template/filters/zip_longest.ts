import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { TemplateError } from '../template-error.ts';
import { Tuple, type Value } from '../values.ts';

export const zip_longest = plugin('*others, **options', (_, value, others, options) => {
  const named = options as Map<string, Value>;
  for (const key of named.keys())
    if (key !== 'fillvalue') throw new TemplateError(`zip_longest has no argument '${key}'`);
  const lists = [value, ...(others as Value[])].map(iterate);
  const length = Math.max(...lists.map((list) => list.length));
  const fill = named.get('fillvalue') ?? null;
  return Array.from({ length }, (_unused, index) => Tuple.from(lists.map((list) => list[index] ?? fill)) as Tuple);
});
