import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { attributeGetter } from './attribute-path.ts';

/** With a filter and its arguments, or with `attribute=` and perhaps `default=`. */
export const map = plugin('*args, **kwargs', (context, value, args, kwargs) => {
  const [positional, named] = [args as Value[], kwargs as Map<string, Value>];
  if (positional.length === 0 && named.has('attribute')) {
    for (const key of named.keys()) {
      if (key !== 'attribute' && key !== 'default') throw new TemplateError(`map has no argument '${key}'`);
    }
    return iterate(value).map(attributeGetter(context, named.get('attribute') as Value, named.get('default')));
  }
  const name = positional[0];
  if (name === undefined) throw new TemplateError('map requires a filter argument');
  return iterate(value).map((item) => context.filter(toText(name), item, positional.slice(1), named));
});
