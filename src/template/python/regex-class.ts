import { TemplateError } from '../template-error.ts';
import { escapeOf, literal } from './regex-escape.ts';

/** The character class that begins with `[` at `from`, translated, and where it ends. */
export const readClass = (source: string, from: number, bothCases: boolean): { text: string; end: number } => {
  let at = from + 1;
  const negated = source[at] === '^';
  if (negated) at++;
  const parts: string[] = [];
  for (let first = true; first || source[at] !== ']'; first = false) {
    if (at >= source.length) {
      throw new TemplateError(
        `the regular expression '${source}' can't be read: unterminated character set at ${from}`,
      );
    }
    const low = member(source, at);
    if (source[low.end] === '-' && source[low.end + 1] !== ']' && low.end + 1 < source.length) {
      const high = member(source, low.end + 1);
      parts.push(`${low.text}-${high.text}`);
      at = high.end;
    } else {
      parts.push(low.text);
      at = low.end;
    }
  }
  const inside = bothCases ? parts.flatMap(cases).join('') : parts.join('');
  return { text: `[${negated ? '^' : ''}${inside}]`, end: at + 1 };
};

const member = (source: string, at: number): { text: string; end: number } => {
  if (source[at] === '\\' && at + 1 < source.length) return escapeOf(source, at, true);
  const character = String.fromCodePoint(source.codePointAt(at) as number);
  return { text: literal(character), end: at + character.length };
};

const cases = (part: string): string[] =>
  /^\p{L}(?:-\p{L})?$/u.test(part) ? [part.toLowerCase(), part.toUpperCase()] : [part];
