import { type Context, plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import type { Value } from '../values.ts';
import { attributeGetter } from './attribute-path.ts';

export const selectattr = plugin('attribute, *args, **kwargs', (context, value, attribute, args, kwargs) =>
  chosenByAttribute(context, value, attribute, args, kwargs, true),
);

export const chosenByAttribute = (
  context: Context,
  value: Value,
  attribute: Value,
  args: Value,
  kwargs: Value,
  wanted: boolean,
): Value => {
  const get = attributeGetter(context, attribute);
  const [name, ...rest] = args as Value[];
  const named = kwargs as Map<string, Value>;
  return iterate(value).filter((item) => {
    const found = get(item);
    return (name === undefined ? truthy(found) : context.test(toText(name), found, rest, named)) === wanted;
  });
};
