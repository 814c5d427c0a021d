import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';

/** Python's `re.escape`, or what a POSIX basic regular expression needs. */
export const regex_escape = plugin("re_type='python'", (_, value, type) => {
  const text = toText(value);
  if (type === 'python') return text.replace(/[()[\]{}?*+\-|^$\\.&~#\s]/g, (character) => `\\${character}`);
  if (type === 'posix_basic') return text.replace(/[\].[^$*\\]/g, (character) => `\\${character}`);
  throw new TemplateError(`regex_escape knows re_type 'python' and 'posix_basic', not '${toText(type)}'`);
});
