import { plugin } from '../plugin.ts';
import { truthy } from '../python/truth.ts';

export const ternary = plugin('true_val, false_val, none_val=None', (_, value, whenTrue, whenFalse, whenNone) => {
  if (value === null && whenNone !== null) return whenNone;
  return truthy(value) ? whenTrue : whenFalse;
});
