import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { missing } from '../signature.ts';
import { Undefined, type Value } from '../values.ts';

/** The values of variables whose names are computed. */
export const vars = plugin('default=missing', (context, terms, fallback) =>
  (terms as Value[]).map((term) => {
    const name = toText(term);
    const value = context.variable(name);
    if (value !== undefined && !(value instanceof Undefined)) return value;
    return fallback === missing ? new Undefined(name, `'${name}' is undefined`) : fallback;
  }),
);
