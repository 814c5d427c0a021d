import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/output/unified-diff.ts';

const diff = (before: string, after: string): string =>
  stripVTControlCharacters(unifiedDiff({ before, after, beforeHeader: 'before: x', afterHeader: 'after: x' }));

describe('a unified diff', () => {
  it('shows a changed line among its neighbours, as diff -u does', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `${i + 1}`);
    const after = lines.map((line) => (line === '6' ? 'six' : line));
    expect(diff(`${lines.join('\n')}\n`, `${after.join('\n')}\n`)).toBe(
      '--- before: x\n+++ after: x\n@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-6\n+six\n 7\n 8\n 9',
    );
  });

  it('shows a new file', () => {
    expect(diff('', 'a\nb\n')).toBe('--- before: x\n+++ after: x\n@@ -0,0 +1,2 @@\n+a\n+b');
  });

  it('keeps lines that stay between two changes', () => {
    expect(diff('a\nb\nc\nd\n', 'x\nb\nc\ny\n')).toBe(
      '--- before: x\n+++ after: x\n@@ -1,4 +1,4 @@\n-a\n+x\n b\n c\n-d\n+y',
    );
  });

  it('says where the end has no newline', () => {
    expect(diff('a\n', 'a')).toContain('No newline at end of file');
  });

  it('is empty for equal texts', () => {
    expect(diff('a\n', 'a\n')).toBe('');
  });
});
