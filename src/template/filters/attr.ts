import { plugin } from '../plugin.ts';
import { getAttribute, missingMember } from '../python/attribute.ts';
import { toText } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { Undefined } from '../values.ts';

/** An attribute only, never an item: `d | attr('x')` of a dict is undefined. */
export const attr = plugin('name', (_, value, name) => {
  const found = value instanceof Map ? undefined : getAttribute(value, toText(name));
  return found ?? new Undefined(toText(name), missingMember(value, name, typeName));
});
