import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitKeyValue } from '../../src/language/key-value.ts';

/** What ansible-core's own splitter makes of each line; see `oracle/key_value.py`. */
const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/key-value.json'), 'utf8')) as {
  line: string;
  value?: Record<string, string>;
  error?: string;
}[];

/** Where ansible-core's splitter stumbles and this one need not. */
const differs = new Set([`msg="it's" x=it's`, 'a={% if x %}1 2{% endif %} b=2', '  a=1   b=2  ']);

describe('one-line arguments', () => {
  it.each(cases.filter(({ line }) => !differs.has(line)))('$line', ({ line, value, error }) => {
    const pieces = splitKeyValue(line);
    if (error) {
      expect(pieces).toBeUndefined();
      return;
    }
    const words = pieces?.filter(({ key }) => key === undefined).map(({ text }) => text) ?? [];
    const got: Record<string, string> = {};
    for (const { key, value: text } of pieces ?? []) if (key !== undefined) got[key] = text;
    if (words.length > 0) got['_raw_params'] = words.join(' ');
    expect(got).toEqual(value);
  });

  it('tells where each value stands', () => {
    const line = `src=a dest="b c" x={{ y }}`;
    for (const piece of splitKeyValue(line) ?? []) expect(line.startsWith(piece.value, piece.valueAt)).toBe(true);
  });
});
