import { plugin } from '../plugin.ts';
import { compileRegex } from '../python/regex.ts';
import { toText } from '../python/text.ts';
import type { Value } from '../values.ts';

/** The names of the variables that a regular expression finds. */
export const varnames = plugin('', (context, terms) => {
  const names = [...context.scope.names()];
  return (terms as Value[]).flatMap((term) => names.filter((name) => compileRegex(toText(term)).test(name)));
});
