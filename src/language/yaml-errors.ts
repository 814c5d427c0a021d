import type { Diagnostic } from '../util/diagnostic.ts';
import type { Source } from './positions.ts';

/** A syntax error of the YAML parser in words that say what to type; `code` and `span` are the parser's. */
export const explainSyntax = (
  source: Source,
  code: string,
  message: string,
  span: readonly [number, number],
): Diagnostic => {
  const unquoted = unquotedBraces(source, span[0]);
  if (unquoted !== undefined) return explainUnquoted(source, unquoted);
  const tab = tabBefore(source.text, span[0]);
  if (code === 'TAB_AS_INDENT' || tab !== undefined)
    return at(source, tab ?? span[0], 1, 'YAML takes no tab for indentation', 'replace the tab with spaces');
  if (/Missing closing .quote/.test(message)) {
    const opening = openingQuote(source.text, span[0]);
    return at(source, opening, 1, 'this quote is never closed', 'close it, or double a quote that belongs to the text');
  }
  if (/followed by map values/.test(message))
    return at(source, span[0], lengthOf(source.text, span), 'a key has no colon behind it', 'write key: value');
  if (/^Flow|flow collection/i.test(message))
    return at(
      source,
      span[0],
      lengthOf(source.text, span),
      'a bracket before this is not closed',
      'close [ with ] and { with }',
    );
  const deeper = code === 'BLOCK_AS_IMPLICIT_KEY' ? deeperLine(source.text, span[0]) : undefined;
  if (deeper !== undefined) {
    const hint = 'indent it as the line before, or leave that line without a value';
    return at(
      source,
      deeper,
      1,
      'this line is indented deeper than the line before it, which has a value already',
      hint,
    );
  }
  const [said, hint] = wordings[code] ?? [lowerFirst(message), undefined];
  const colon = colonInText(source, span[0], code);
  const start = code === 'BAD_INDENT' ? afterIndent(source.text, span[0]) : span[0];
  return at(source, start, lengthOf(source.text, [start, span[1]]), said, colon ?? hint);
};

/** A value that begins with `{{` and has no quotes: YAML takes it for a mapping in a mapping. */
export const explainUnquoted = (source: Source, offset: number): Diagnostic => {
  const line = source.text.slice(offset).split('\n', 1)[0] ?? '';
  const value = line.replace(/\s+#.*$/, '').trimEnd();
  const quote = value.includes('"') ? "'" : '"';
  const quoted = quote === "'" ? `'${value.replaceAll("'", "''")}'` : `"${value}"`;
  return at(source, offset, value.length, 'a value that begins with {{ must be quoted', `write ${quoted}`);
};

const at = (source: Source, offset: number, length: number, message: string, hint: string | undefined): Diagnostic => ({
  severity: 'error',
  message,
  position: source.position(offset),
  length,
  hint,
});

const wordings: Record<string, readonly [message: string, hint: string | undefined]> = {
  BAD_INDENT: ['this line is indented differently from the ones it belongs to', 'align it with the lines before it'],
  BLOCK_AS_IMPLICIT_KEY: [
    "a key can't be followed by another key on the same line",
    'quote the text if the colon belongs to it',
  ],
  BLOCK_IN_FLOW: ["a block can't stand between brackets", undefined],
  MISSING_CHAR: ['a character is missing here', 'close the quote or the bracket, or put a colon after the key'],
  MULTILINE_IMPLICIT_KEY: [
    'a key must stand on one line',
    'is the colon missing, or the line before indented too little?',
  ],
  BAD_SCALAR_START: ["a text can't begin with this character", 'quote the text'],
  BAD_ALIAS: ['this is no name of an anchor', 'quote the text if it is meant as it stands'],
  UNEXPECTED_TOKEN: ['this does not belong here', 'is the indentation right, and every quote and bracket closed?'],
  BAD_DQ_ESCAPE: ['no such escape in a double-quoted text', 'use single quotes, or write the backslash twice'],
  MISSING_ANCHOR: ['an anchor has no name', undefined],
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const lengthOf = (text: string, [start, end]: readonly [number, number]): number => {
  const newline = text.indexOf('\n', start);
  return Math.max(1, Math.min(end, newline < 0 ? text.length : newline) - start);
};

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** The parser stumbles after the braces, on their line or the next. */
const unquotedBraces = (source: Source, offset: number): number | undefined => {
  const { text } = source;
  for (let start = lineStart(text, offset), tries = 0; tries < 2 && start >= 0; tries++) {
    const line = text.slice(start).split('\n', 1)[0] ?? '';
    const match = /^(\s*(?:- +)*(?:[^\s:#"'{[][^:"']*:[ \t]+|- +))\{\{/.exec(line);
    if (match) return start + (match[1] as string).length;
    start = start === 0 ? -1 : lineStart(text, start - 1);
  }
  return undefined;
};

const tabBefore = (text: string, offset: number): number | undefined => {
  for (const start of [lineStart(text, offset), text.indexOf('\n', offset) + 1]) {
    const indent = /^[ \t]*/.exec(text.slice(start, start + 200))?.[0] ?? '';
    if (start >= 0 && indent.includes('\t')) return start + indent.indexOf('\t');
  }
  return undefined;
};

/** `msg: see: this`: the second colon ends a key where none may be. */
const colonInText = (source: Source, offset: number, code: string): string | undefined => {
  if (code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined;
  const line = source.text.slice(lineStart(source.text, offset)).split('\n', 1)[0] ?? '';
  const match = /^\s*(?:- +)*([^\s:]+):\s+(.*\S)\s*$/.exec(line);
  return match === null ? undefined : `quote the text: ${match[1]}: "${(match[2] as string).replaceAll('"', '\\"')}"`;
};

/** `a: b` and then a deeper `c: d`. */
const deeperLine = (text: string, offset: number): number | undefined => {
  const line = text.slice(offset).split('\n', 1)[0] ?? '';
  if (/:(\s|$)/.test(line)) return undefined;
  const next = text.indexOf('\n', offset) + 1;
  return next === 0 ? undefined : next + (/^ */.exec(text.slice(next))?.[0].length ?? 0);
};

/** The last line before `end` whose value opens a quote that the line itself does not close. */
const openingQuote = (text: string, end: number): number => {
  let found = end;
  for (let start = 0; start < end; ) {
    const line = text.slice(start).split('\n', 1)[0] ?? '';
    const match = /^(\s*(?:- +)*(?:[^\s:"']+:[ \t]+)?)(["'])((?:(?!\2).|\2\2|\\.)*)$/.exec(line);
    if (match) found = start + (match[1] as string).length;
    start += line.length + 1;
  }
  return found;
};

const afterIndent = (text: string, offset: number): number =>
  offset + (/^ */.exec(text.slice(offset))?.[0].length ?? 0);
