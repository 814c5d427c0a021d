import { LineCounter } from 'yaml';
import type { Value } from '../template/values.ts';
import { type Position, rememberLayout } from '../util/position.ts';

/** A file's text as it was read, and where its lines begin. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly lines = new LineCounter();
  /** Where in the file the text begins, for text that was cut out of one. */
  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

interface Span {
  readonly key: number;
  readonly start: number;
  readonly end: number;
}

interface Spans {
  readonly source: Source;
  readonly start: number;
  readonly of: Map<Value, Span>;
}

const known = new WeakMap<object, Spans>();

/** For the loader: begins the record of where the parts of a mapping or list stand. */
export const rememberSpans = (collection: object, source: Source, start: number): Spans => {
  const spans = { source, start, of: new Map<Value, Span>() };
  known.set(collection, spans);
  return spans;
};

/**
 * Where the key of a mapping or the element of a list stands that a YAML file gave; of the whole collection when `key` is
 * left out or not in it. Undefined for what was not read from a file.
 */
export const positionOf = (collection: object, key?: Value): Position | undefined => {
  const spans = known.get(collection);
  const span = key === undefined ? undefined : spans?.of.get(key);
  return spans?.source.position(span?.key ?? spans.start);
};

/**
 * Where the value under `key`, or the element at that index, stands; see `positionOf`. Of a text it is where the text itself
 * begins, and `positionWithin` finds each character of it.
 */
export const valuePositionOf = (collection: object, key: Value): Position | undefined => {
  const spans = known.get(collection);
  const span = spans?.of.get(key);
  if (!spans || !span) return undefined;
  const value = Array.isArray(collection) ? collection[Number(key)] : (collection as Map<Value, Value>).get(key);
  if (typeof value !== 'string') return spans.source.position(span.start);
  return scalarPosition(spans.source, span.start, span.end, value, styleAt(spans.source.text, span.start));
};

const styleAt = (text: string, at: number): string =>
  ({ '"': 'QUOTE_DOUBLE', "'": 'QUOTE_SINGLE', '|': 'BLOCK_LITERAL', '>': 'BLOCK_FOLDED' })[text[at] ?? ''] ?? 'PLAIN';

/** The value under `key` as the file writes it: `1.10` where the value is the number 1.1. */
export const sourceTextOf = (collection: object, key: Value): string | undefined => {
  const spans = known.get(collection);
  const span = spans?.of.get(key);
  return span && spans?.source.text.slice(span.start, span.end);
};

/** How many characters the key or the element takes in its file, up to the end of its line. */
export const keyLengthOf = (collection: object, key: Value): number | undefined => {
  const spans = known.get(collection);
  const span = spans?.of.get(key);
  if (!spans || !span) return undefined;
  const text = spans.source.text.slice(span.key, span.end).split('\n', 1)[0] ?? '';
  return typeof key === 'string' ? Math.min(key.length, text.length) : text.length;
};

/** The position of a scalar's text, which can also find each character of it in the file (see `positionWithin`). */
export const scalarPosition = (source: Source, start: number, end: number, value: string, style: string): Position => {
  const opening = style === 'QUOTE_DOUBLE' || style === 'QUOTE_SINGLE' ? start + 1 : start;
  const block = style === 'BLOCK_LITERAL' || style === 'BLOCK_FOLDED';
  const position = source.position(block ? firstContent(source.text, start) : opening);
  rememberLayout(position, (offset) => {
    const from = block ? headerEnd(source.text, start) : opening;
    return source.position(align(source.text, from, end, value, offset, style === 'QUOTE_DOUBLE', style));
  });
  return position;
};

const headerEnd = (text: string, start: number): number => {
  const newline = text.indexOf('\n', start);
  return newline < 0 ? text.length : newline + 1;
};

const firstContent = (text: string, start: number): number => {
  let at = headerEnd(text, start);
  while (at < text.length && /\s/.test(text[at] as string)) at++;
  return at;
};

/**
 * Walks file and value side by side. White space is where folding and indentation make them differ, so it is stepped over
 * on both sides; every other character of the value stands in the file in the same order, as itself or as an escape.
 */
const align = (
  text: string,
  start: number,
  end: number,
  value: string,
  offset: number,
  escapes: boolean,
  style: string,
): number => {
  let at = start;
  let last = start;
  for (let i = 0; i <= offset && i < value.length; i++) {
    if (/\s/.test(value[i] as string)) {
      last = i > 0 ? last + 1 : last;
      continue;
    }
    while (at < end) {
      if (/\s/.test(text[at] as string)) at++;
      else if (escapes && text[at] === '\\' && /[\s nrtNLP_]/.test(text[at + 1] ?? '')) at += 2;
      else break;
    }
    last = at;
    at += escapes && text[at] === '\\' ? escapeLength(text, at) : style === 'QUOTE_SINGLE' && text[at] === "'" ? 2 : 1;
  }
  return Math.min(last, Math.max(start, end));
};

const escapeLength = (text: string, at: number): number => {
  const digits = { x: 2, u: 4, U: 8 }[text[at + 1] ?? ''] ?? 0;
  return 2 + digits;
};

/** For a mapping that is made of mappings that were read: it knows the places of their entries, the first's first. */
export const rememberedLike = (made: object, ...parts: readonly object[]): void => {
  const first = parts.map((part) => known.get(part)).find((spans) => spans !== undefined);
  if (!first) return;
  const of = new Map<Value, Span>();
  for (const part of [...parts].reverse()) {
    const spans = known.get(part);
    if (spans?.source === first.source) for (const [key, span] of spans.of) of.set(key, span);
  }
  known.set(made, { source: first.source, start: first.start, of });
};
