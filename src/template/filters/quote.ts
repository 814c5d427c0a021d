import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

/** Python's `shlex.quote`. */
export const quote = plugin('', (_, value) => {
  const text = value === null ? '' : toText(value);
  return text !== '' && /^[\w@%+=:,./-]+$/.test(text) && /^[\x20-\x7e]*$/.test(text)
    ? text
    : `'${text.replaceAll("'", `'"'"'`)}'`;
});
