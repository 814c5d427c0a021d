import { plugin } from '../plugin.ts';
import { makeDict } from '../python/dict.ts';
import { iterate } from '../python/iterate.ts';
import { compileRegex } from '../python/regex.ts';
import { toText } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';
import { compareLoose } from '../versions/loose.ts';

/** Small filters of community.general that roles use. */
const chosenKeys =
  (keep: boolean) =>
  (value: Value, target: Value, how: Value): Value => {
    const wanted = (typeof target === 'string' ? [target] : iterate(target)).map(toText);
    const fits = (key: string): boolean => wanted.some((name) => matches(key, name, toText(how)));
    return iterate(value).map((item) => {
      if (!(item instanceof Map)) throw new TemplateError(`keys are taken from dicts, not from ${typeName(item)}`);
      return new Map([...item].filter(([key]) => fits(toText(key)) === keep));
    });
  };

const matches = (key: string, name: string, how: string): boolean => {
  if (how === 'equal') return key === name;
  if (how === 'starts_with') return key.startsWith(name);
  if (how === 'ends_with') return key.endsWith(name);
  if (how === 'regex') return compileRegex(name).exec(key)?.index === 0;
  throw new TemplateError("matching_parameter must be 'equal', 'starts_with', 'ends_with' or 'regex'");
};

export const keep_keys = plugin("target, matching_parameter='equal'", (_, value, target, how) =>
  chosenKeys(true)(value, target, how),
);
export const remove_keys = plugin("target, matching_parameter='equal'", (_, value, target, how) =>
  chosenKeys(false)(value, target, how),
);

/** A dict from pairs. */
export const dictFilter = plugin('', (_, value) =>
  makeDict(iterate(value).map((pair) => iterate(pair) as unknown as readonly [Value, Value])),
);

/** A dict with one key, the value under it. */
export const dict_kv = plugin('key', (_, value, key) => new Map([[key, value]]));

/** Sorted as versions. */
export const version_sort = plugin('reverse=False', (_, value, reverse) => {
  const list = [...iterate(value)].sort((a, b) => compareLoose(toText(a), toText(b)));
  return reverse === true ? list.reverse() : list;
});
