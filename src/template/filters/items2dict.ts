import { plugin } from '../plugin.ts';
import { dictGet, makeDict } from '../python/dict.ts';
import { toRepr } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

export const items2dict = plugin("key_name='key', value_name='value'", (_, value, keyName, valueName) => {
  if (!Array.isArray(value)) throw new TemplateError(`items2dict needs a list, not ${typeName(value)}`);
  return makeDict(
    value.map((item): [Value, Value] => {
      const [key, content] = item instanceof Map ? [dictGet(item, keyName), dictGet(item, valueName)] : [];
      if (key !== undefined && content !== undefined) return [key, content];
      throw new TemplateError(`items2dict needs a list of dicts with ${toRepr(keyName)} and ${toRepr(valueName)}`);
    }),
  );
});
