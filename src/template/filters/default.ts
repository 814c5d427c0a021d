import { plugin } from '../plugin.ts';
import { truthy } from '../python/truth.ts';
import { Undefined } from '../values.ts';

export const defaultFilter = plugin(
  "default_value='', boolean=False",
  (_, value, fallback, boolean) => {
    if (value instanceof Undefined) return fallback;
    return truthy(boolean) && !truthy(value) ? fallback : value;
  },
  { takesUndefined: true },
);
