import { plugin } from '../plugin.ts';
import { Undefined } from '../values.ts';

/** Whether there is such a value; the only tests that an undefined one may be asked. */
export const defined = plugin('', (_, value) => !(value instanceof Undefined), { takesUndefined: true });
export const undefinedTest = plugin('', (_, value) => value instanceof Undefined, { takesUndefined: true });
