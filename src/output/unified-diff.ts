import type { Outcome } from '../run/events.ts';
import { style } from './style.ts';

type Diff = Outcome['diff'][number];

interface Edit {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
}

const around = 3;

/** A diff in the unified format, coloured, with three lines around each change. */
export const unifiedDiff = (diff: Diff): string => {
  const edits = editsBetween(linesOf(diff.before), linesOf(diff.after));
  const hunks = hunksOf(edits);
  if (hunks.length === 0) return '';
  const head = [style.removed(`--- ${diff.beforeHeader}`), style.added(`+++ ${diff.afterHeader}`)];
  return [...head, ...hunks.flatMap((hunk) => hunkLines(edits, hunk))].join('\n');
};

const linesOf = (text: string): string[] => {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  else lines[lines.length - 1] += '\n\\ No newline at end of file';
  return lines;
};

/** The shortest way from one text to the other, by Myers' algorithm over lines; wholesale where that would take too long. */
const editsBetween = (before: readonly string[], after: readonly string[]): Edit[] => {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => ({ kind: ' ', line }));
  return [
    ...same(before.slice(0, start)),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
};

const middle = (a: readonly string[], b: readonly string[]): Edit[] => {
  const whole = (): Edit[] => [
    ...a.map((line): Edit => ({ kind: '-', line })),
    ...b.map((line): Edit => ({ kind: '+', line })),
  ];
  const trace: Int32Array[] = [];
  const most = Math.min(a.length + b.length, 2000);
  const size = 2 * most + 3;
  let reached = new Int32Array(size);
  for (let distance = 0; distance <= most; distance++) {
    trace.push(reached.slice());
    for (let k = -distance; k <= distance; k += 2) {
      const at = k + most + 1;
      const down = k === -distance || (k !== distance && (reached[at - 1] as number) < (reached[at + 1] as number));
      let x = down ? (reached[at + 1] as number) : (reached[at - 1] as number) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reached[at] = x;
      if (x >= a.length && x - k >= b.length) return backtrack(a, b, trace, most);
    }
    reached = reached.slice();
  }
  return whole();
};

const backtrack = (a: readonly string[], b: readonly string[], trace: readonly Int32Array[], most: number): Edit[] => {
  const edits: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let distance = trace.length - 1; distance >= 0; distance--) {
    const reached = trace[distance] as Int32Array;
    const k = x - y;
    const at = k + most + 1;
    const down = k === -distance || (k !== distance && (reached[at - 1] as number) < (reached[at + 1] as number));
    const previous = down ? k + 1 : k - 1;
    const fromX = distance === 0 ? 0 : (reached[previous + most + 1] as number);
    const fromY = distance === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY) {
      edits.push({ kind: ' ', line: a[--x] as string });
      y--;
    }
    if (distance === 0) break;
    if (down) edits.push({ kind: '+', line: b[--y] as string });
    else edits.push({ kind: '-', line: a[--x] as string });
  }
  return edits.reverse();
};

interface Hunk {
  readonly from: number;
  readonly to: number;
}

const hunksOf = (edits: readonly Edit[]): Hunk[] => {
  const hunks: { from: number; to: number }[] = [];
  for (const [index, { kind }] of edits.entries()) {
    if (kind === ' ') continue;
    const last = hunks.at(-1);
    if (last && index - around <= last.to) last.to = index + around + 1;
    else hunks.push({ from: Math.max(0, index - around), to: index + around + 1 });
  }
  return hunks.map(({ from, to }) => ({ from, to: Math.min(to, edits.length) }));
};

const hunkLines = (edits: readonly Edit[], { from, to }: Hunk): string[] => {
  const count = (list: readonly Edit[], other: '-' | '+'): number => list.filter(({ kind }) => kind !== other).length;
  const [before, inside] = [edits.slice(0, from), edits.slice(from, to)];
  const range = (other: '-' | '+'): string => {
    const length = count(inside, other);
    const start = count(before, other) + (length === 0 ? 0 : 1);
    return length === 1 ? `${start}` : `${start},${length}`;
  };
  const head = style.quiet(`@@ -${range('+')} +${range('-')} @@`);
  return [head, ...inside.map(({ kind, line }) => paint[kind](`${kind}${line}`))];
};

const paint = { ' ': (text: string) => text, '-': style.removed, '+': style.added } as const;
