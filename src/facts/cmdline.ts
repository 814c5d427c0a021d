import type { Value } from '../template/values.ts';
import { sh } from '../transport/shell/quote.ts';
import { splitWords } from '../transport/words.ts';
import { dict, type FactFamily } from './family.ts';

/** The kernel's command line: `cmdline` keeps the last of several equal keys, `proc_cmdline` all of them. */
export const cmdline: FactFamily = {
  name: 'cmdline',
  minimal: true,
  shell: sh`kb_line line /proc/cmdline`,
  parse(parts) {
    const last = dict([]);
    const every = dict([]);
    for (const word of splitWords(parts.text('line'))) {
      const at = word.indexOf('=');
      const [key, value]: [string, Value] = at < 0 ? [word, true] : [word.slice(0, at), word.slice(at + 1)];
      last.set(key, value);
      const before = every.get(key);
      every.set(
        key,
        before === undefined || value === true ? value : Array.isArray(before) ? [...before, value] : [before, value],
      );
    }
    return [
      ['cmdline', last],
      ['proc_cmdline', every],
    ];
  },
};
