import { type Context, plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** What a lookup finds: with `lookup` in one string, its parts joined by commas; with `query` as a list. */
const run = (context: Context, name: Value, terms: Value, kwargs: Value, asList: boolean): Value => {
  const named = new Map(kwargs as Map<string, Value>);
  const onError = toText(named.get('errors') ?? 'strict');
  const wantList = asList || truthy(named.get('wantlist') ?? false);
  named.delete('errors');
  named.delete('wantlist');
  let found: readonly Value[];
  try {
    found = context.lookup(toText(name), terms as Value[], named);
  } catch (error) {
    if (!(error instanceof TemplateError) || onError === 'strict') throw error;
    if (onError === 'warn') context.surroundings.warn(`the lookup '${toText(name)}' failed: ${error.message}`);
    return wantList ? [] : null;
  }
  if (wantList) return [...found];
  if (found.length === 1) return found[0] as Value;
  return found.every((item) => typeof item === 'string') ? found.join(',') : [...found];
};

export const lookup = plugin(
  'name, *terms, **options',
  (context, name, terms, options) => run(context, name, terms, options, false),
  { takesUndefined: true },
);
export const query = plugin(
  'name, *terms, **options',
  (context, name, terms, options) => run(context, name, terms, options, true),
  { takesUndefined: true },
);
