import { plugin } from '../plugin.ts';
import { Callable } from '../values.ts';

/** `joiner(', ')`: nothing at its first call, the separator at each later one. */
export const joiner = plugin("sep=', '", (_, separator) => {
  let used = false;
  return new Callable('joiner', () => {
    if (used) return separator;
    used = true;
    return '';
  });
});
