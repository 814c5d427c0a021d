import { plugin } from '../plugin.ts';
import { asString } from '../python/arguments.ts';
import { charactersOf } from '../python/characters.ts';
import { numeric } from '../python/equality.ts';
import { splitLines } from '../python/string-search.ts';
import { truthy } from '../python/truth.ts';

export const indent = plugin('width=4, first=False, blank=False', (_, value, width, first, blank) => {
  const margin = typeof width === 'string' ? width : ' '.repeat(Math.max(0, Number(numeric(width) ?? 0)));
  const text = `${asString(value, 'the text to indent')}\n`;
  const lines = splitLines(text, false) as string[];
  const body = truthy(blank)
    ? lines.join(`\n${margin}`)
    : lines.map((line, index) => (index > 0 && charactersOf(line).length > 0 ? margin + line : line)).join('\n');
  return truthy(first) ? margin + body : body;
});
