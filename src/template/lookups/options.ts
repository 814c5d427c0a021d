import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** The text before the first `key=value` in a term such as `'name file=a.ini section=x'`, and those pairs. */
export const readTerm = (
  term: Value,
  allowed: readonly string[],
  lookup: string,
): { text: string; options: Map<string, string> } => {
  const [first = '', ...rest] = toText(term).match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const words = first.includes('=') && allowed.includes(first.split('=')[0] as string) ? [first, ...rest] : rest;
  const options = new Map<string, string>();
  const texts = words === rest ? [first] : [];
  for (const word of words) {
    const [, key, value = ''] = /^(\w+)=([\s\S]*)$/.exec(word) ?? [];
    if (key === undefined) texts.push(word);
    else if (allowed.includes(key)) options.set(key, value.replace(/^(['"])([\s\S]*)\1$/, '$2'));
    else
      throw new TemplateError(`the lookup '${lookup}' has no option '${key}'`, {
        hint: `it takes ${allowed.join(', ')}`,
      });
  }
  return { text: texts.join(' '), options };
};
