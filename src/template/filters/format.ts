import { plugin } from '../plugin.ts';
import { formatPercent } from '../python/percent-format.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import { Tuple } from '../values.ts';

export const format = plugin('*args, **kwargs', (_, value, args, kwargs) => {
  const [positional, named] = [args as unknown[], kwargs as Map<unknown, unknown>];
  if (positional.length && named.size) throw new TemplateError("can't handle positional and keyword arguments at once");
  return formatPercent(toText(value), named.size ? kwargs : (Tuple.from(args as Tuple) as Tuple));
});
