import { plugin } from '../plugin.ts';
import { dictGet, dictSet } from '../python/dict.ts';
import { equals } from '../python/equality.ts';
import { truthy } from '../python/truth.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import type { Dict, Value } from '../values.ts';
import { flattened } from './flatten.ts';

const listMerges = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp'];

/** Merges dicts, later ones winning; `recursive` goes into dicts under one key, `list_merge` says what lists become. */
export const combine = plugin('*terms, **options', (_, value, terms, options) => {
  const named = options as Map<string, Value>;
  for (const key of named.keys()) {
    if (key !== 'recursive' && key !== 'list_merge') throw new TemplateError(`combine has no option '${key}'`);
  }
  const recursive = truthy(named.get('recursive') ?? false);
  const listMerge = String(named.get('list_merge') ?? 'replace');
  if (!listMerges.includes(listMerge)) throw new TemplateError(`list_merge must be one of ${listMerges.join(', ')}`);
  const dicts = flattened([value, ...(terms as Value[])], undefined, false).map((term) => {
    if (term instanceof Map) return term;
    throw new TemplateError(`combine needs dicts, not ${typeName(term)}`);
  });
  return dicts.reduce((merged, dict) => mergeDicts(merged, dict, recursive, listMerge), new Map());
});

/** One dict laid over another. Neither is changed. */
export const mergeDicts = (low: Dict, high: Dict, recursive: boolean, listMerge: string): Dict => {
  if (high.size === 0) return low;
  const result = new Map(low);
  for (const [key, value] of high) {
    const before = dictGet(low, key);
    if (recursive && before instanceof Map && value instanceof Map) {
      dictSet(result, key, mergeDicts(before, value, recursive, listMerge));
    } else if (Array.isArray(before) && Array.isArray(value))
      dictSet(result, key, mergeLists(before, value, listMerge));
    else dictSet(result, key, value);
  }
  return result;
};

const mergeLists = (low: Value[], high: Value[], how: string): Value[] => {
  const without = (list: Value[], others: Value[]): Value[] =>
    list.filter((item) => !others.some((other) => equals(item, other)));
  switch (how) {
    case 'keep':
      return low;
    case 'append':
      return [...low, ...high];
    case 'prepend':
      return [...high, ...low];
    case 'append_rp':
      return [...without(low, high), ...high];
    case 'prepend_rp':
      return [...high, ...without(low, high)];
  }
  return high;
};
