/** A piece of a one-line form: `key=value`, or a word without a key. */
export interface Piece {
  readonly key: string | undefined;
  readonly value: string;
  /** The offset of the value in the line. */
  readonly valueAt: number;
  /** The piece as it was written, quotes and all, and its offset. */
  readonly text: string;
  readonly at: number;
}

/**
 * Splits a one-line form (`src=a dest="b c" mode={{ m }}`) at white space outside quotes and outside `{{ }}`, `{% %}`, `{# #}`.
 * A value that is quoted as a whole loses its quotes. A quote or a brace that is never closed gives undefined.
 */
export const splitKeyValue = (line: string): readonly Piece[] | undefined =>
  words(line)?.map(({ text, start }) => piece(text, start));

const piece = (text: string, at: number): Piece => {
  const match = /^([A-Za-z_][\w.-]*)=(.*)$/s.exec(text);
  if (!match) return { key: undefined, value: text, valueAt: at, text, at };
  const raw = decodeEscapes(match[2] as string);
  const value = unquote(raw);
  const offset = (match[1] as string).length + 1 + (value === raw ? 0 : 1);
  return { key: match[1] as string, value, valueAt: at + offset, text, at };
};

const escapes: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The escapes of a Python string, which `key=value` takes with or without quotes. */
const decodeEscapes = (text: string): string =>
  text.replace(/\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g, (_, ...groups) => {
    const [long, short, byte, char] = groups as (string | undefined)[];
    const code = long ?? short ?? byte;
    return code ? String.fromCodePoint(Number.parseInt(code, 16)) : (escapes[char as string] ?? (char as string));
  });

const unquote = (text: string): string => {
  const quote = text[0];
  if (text.length < 2 || (quote !== '"' && quote !== "'") || text.at(-1) !== quote) return text;
  return text.slice(1, -1);
};

const closers: Record<string, string> = { '{{': '}}', '{%': '%}', '{#': '#}' };

const words = (line: string): readonly { readonly text: string; readonly start: number }[] | undefined => {
  const found: { text: string; start: number }[] = [];
  let start = -1;
  let quote = '';
  let closer = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (closer) {
      if (line.startsWith(closer, at)) {
        at++;
        closer = '';
      }
      continue;
    }
    if (quote) {
      if (char === '\\' && quote === '"') at++;
      else if (char === quote) quote = '';
      continue;
    }
    if (/\s/.test(char)) {
      if (start >= 0) found.push({ text: line.slice(start, at), start });
      start = -1;
      continue;
    }
    if (start < 0) start = at;
    closer = closers[line.slice(at, at + 2)] ?? '';
    if (closer) at++;
    // A quote inside a word, as in `it's`, is a character like any other; it opens only a value.
    else if ((char === '"' || char === "'") && (at === start || line[at - 1] === '=')) quote = char;
  }
  if (quote || closer) return undefined;
  if (start >= 0) found.push({ text: line.slice(start), start });
  return found;
};
