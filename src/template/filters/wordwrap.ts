import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { splitLines } from '../python/string-search.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';

/** Lines of at most `width` characters; each line of the text is wrapped for itself. */
export const wordwrap = plugin(
  'width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True',
  (_, value, width, breakWords, wrapString, onHyphens) => {
    const joint = wrapString === null ? '\n' : toText(wrapString);
    const lines = splitLines(toText(value), false) as string[];
    return lines
      .map((line) => wrapLine(line, asInteger(width, 'width'), truthy(breakWords), truthy(onHyphens)).join(joint))
      .join(joint);
  },
);

const wrapLine = (line: string, width: number, breakWords: boolean, onHyphens: boolean): string[] => {
  const pattern = onHyphens ? /\s+|(?:[^\s-]*[^\W\d_]-(?=[^\W\d_]))|[^\s-]+|-+[^\s-]*|[^\s]+/g : /\s+|\S+/g;
  const pieces = line.match(pattern) ?? [];
  const lines: string[] = [];
  let current = '';
  for (let index = 0; index < pieces.length; ) {
    let piece = pieces[index] as string;
    if (current === '' && /^\s/.test(piece) && lines.length > 0) {
      index++;
      continue;
    }
    if (current.length + piece.length <= width) {
      current += piece;
      index++;
      continue;
    }
    if (piece.length > width && !/^\s/.test(piece)) {
      if (breakWords) {
        const room = Math.max(1, width - current.length);
        current += piece.slice(0, room);
        piece = piece.slice(room);
        pieces[index] = piece;
      } else if (current === '') {
        current = piece;
        index++;
      }
    }
    lines.push(current.trimEnd());
    current = '';
  }
  if (current.trim() !== '') lines.push(current.trimEnd());
  return lines;
};
