import { plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';

export const dict2items = plugin("key_name='key', value_name='value'", (_, value, keyName, valueName) => {
  if (!isMapping(value)) throw new TemplateError(`dict2items needs a dict, not ${typeName(value)}`);
  return entriesOf(value).map(
    ([key, item]) =>
      new Map([
        [keyName, key],
        [valueName, item],
      ]),
  );
});
