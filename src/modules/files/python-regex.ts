import { compileRegex, type RegexFlags } from '../../template/python/regex.ts';
import { substitute } from '../../template/python/regex-replace.ts';
import { ModuleFailure } from '../module.ts';

/** A pattern of Python's `re`. Throws ModuleFailure where it cannot be read. */
export const pythonRegex = (pattern: string, flags: RegexFlags = {}): RegExp =>
  reading(() => compileRegex(pattern, flags));

/** Python's `re.subn`. */
export const substituteAll = (regex: RegExp, replacement: string, text: string): { text: string; count: number } =>
  reading(() => substitute(regex, replacement, text));

/** Python's `match.expand(template)` for the match that `regex` finds first in `text`. */
export const expandMatch = (match: RegExpExecArray, regex: RegExp, replacement: string): string => {
  const whole = new RegExp(regex.source, regex.flags.replace('g', ''));
  const replaced = reading(() => substitute(whole, replacement, match.input)).text;
  return replaced.slice(match.index, replaced.length - (match.input.length - match.index - match[0].length));
};

export const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|#&~\s-]/g, '\\$&');

const reading = <Result>(run: () => Result): Result => {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name !== 'TypeError') throw new ModuleFailure(error.message);
    throw error;
  }
};
