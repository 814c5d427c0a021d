import { plugin } from '../plugin.ts';
import { isMapping } from '../python/dict.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** `container[item]`, and with `morekeys` further in. */
export const extract = plugin('container, morekeys=None', (context, item, container, moreKeys) => {
  if (!isMapping(container) && !Array.isArray(container)) {
    throw new TemplateError(`extract needs a dict or a list to take from, not ${typeName(container)}`);
  }
  const more: readonly Value[] = moreKeys === null ? [] : Array.isArray(moreKeys) ? moreKeys : [moreKeys];
  return [item, ...more].reduce((value: Value, key) => context.member(value, key), container);
});
