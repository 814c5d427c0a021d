import { type Context, plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import type { Value } from '../values.ts';

export const select = plugin('*args, **kwargs', (context, value, args, kwargs) =>
  chosen(context, value, args, kwargs, true),
);

/** The items for which a test, or truth where none is named, answers `wanted`. */
export const chosen = (context: Context, value: Value, args: Value, kwargs: Value, wanted: boolean): Value => {
  const [name, ...rest] = args as Value[];
  const named = kwargs as Map<string, Value>;
  return iterate(value).filter((item) => {
    const holds = name === undefined ? truthy(item) : context.test(toText(name), item, rest, named);
    return holds === wanted;
  });
};
