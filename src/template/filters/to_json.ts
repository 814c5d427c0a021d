import { dumpJson, type JsonOptions } from '../json/dump.ts';
import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

export const to_json = plugin('**kw', (_, value, kw) => dumpJson(value, jsonOptions(kw as Map<string, Value>)));

const known = ['indent', 'sort_keys', 'ensure_ascii', 'separators'];
const ignored = [
  'vault_to_text',
  'preprocess_unsafe',
  'allow_nan',
  'check_circular',
  'skipkeys',
  'cls',
  'default',
  'profile',
];

/** Options of Python's `json.dumps` from a filter's named arguments, over other defaults where there are any. */
export const jsonOptions = (named: ReadonlyMap<string, Value>, indent: Value = null, sortKeys = false): JsonOptions => {
  for (const key of named.keys()) {
    if (!known.includes(key) && !ignored.includes(key)) throw new TemplateError(`writing JSON has no option '${key}'`);
  }
  const margin = named.get('indent') ?? indent;
  const separators = named.get('separators') ?? null;
  const [item, key] = separators === null ? [margin === null ? ', ' : ',', ': '] : iterate(separators).map(toText);
  return {
    indent:
      margin === null
        ? undefined
        : typeof margin === 'string'
          ? margin
          : ' '.repeat(Math.max(0, Number(numeric(margin)))),
    itemSeparator: item ?? ', ',
    keySeparator: key ?? ': ',
    sortKeys: truthy(named.get('sort_keys') ?? sortKeys),
    ensureAscii: truthy(named.get('ensure_ascii') ?? true),
  };
};
