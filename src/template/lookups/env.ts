import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import type { Value } from '../values.ts';

/** Variables of the environment that the program was started in; an empty string where one is not set. */
export const env = plugin(
  "default=''",
  (context, terms, fallback) =>
    (terms as Value[]).map((term) => context.surroundings.environment[toText(term).split(/\s/)[0] ?? ''] ?? fallback),
  { takesUndefined: true },
);
