import { bool } from '../filters/bool.ts';
import type { Context } from '../plugin.ts';
import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { truthy as isTruthy } from '../python/truth.ts';
import { defined } from '../python/undefined.ts';
import type { Value } from '../values.ts';

const asTruth = (context: Context, value: Value, convert: Value): boolean => {
  if (!isTruthy(convert)) return isTruthy(value);
  return isTruthy(bool.apply(context, value));
};

export const truthy = plugin('convert_bool=False', asTruth);
export const falsy = plugin('convert_bool=False', (context, value, convert) => !asTruth(context, value, convert));
export const all = plugin('', (_, value) => iterate(value).every((item) => isTruthy(defined(item))));
export const any = plugin('', (_, value) => iterate(value).some((item) => isTruthy(defined(item))));
