import type { Value } from '../values.ts';
import type { Syntax } from './delimiters.ts';
import { decodeNumber, decodeString } from './literals.ts';
import { TemplateSyntaxError } from './syntax-error.ts';

/** A piece of a template. `value` is the decoded string or number, the name, the operator, or the text between tags. */
export interface Token {
  readonly type: TokenType;
  readonly value: Value;
  /** Where the token begins and ends in the source, in UTF-16 units. */
  readonly at: number;
  readonly end: number;
}

export type TokenType =
  | 'data'
  | 'variable-begin'
  | 'variable-end'
  | 'block-begin'
  | 'block-end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end';

/** Cuts a whole template into tokens, by the rules of Jinja2 3.1's documentation on white space, raw blocks and comments. */
export const tokenizeTemplate = (source: string, syntax: Syntax): Token[] => new Lexer(source, syntax).template();

/** Cuts a bare expression into tokens. */
export const tokenizeExpression = (source: string, syntax: Syntax): Token[] => new Lexer(source, syntax).expression();

const white = /\s+/y;
const name = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const string = /'(?:[^'\\]*(?:\\[\s\S][^'\\]*)*)'|"(?:[^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;
const float = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

class Lexer {
  private readonly source: string;
  private readonly syntax: Syntax;
  private readonly tokens: Token[] = [];
  private position = 0;
  /** Whether the last tag ended with a line's end, so that a tag after it may strip its indentation. */
  private lineStart = true;

  constructor(source: string, syntax: Syntax) {
    const lines = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
    this.source = !syntax.keepTrailingNewline && lines.endsWith('\n') ? lines.slice(0, -1) : lines;
    this.syntax = syntax;
  }

  expression(): Token[] {
    this.code(undefined, false);
    return this.finish();
  }

  template(): Token[] {
    const { source, syntax } = this;
    const openers = [
      { kind: 'comment', text: syntax.commentStart },
      { kind: 'block', text: syntax.blockStart },
      { kind: 'variable', text: syntax.variableStart },
    ].sort((a, b) => b.text.length - a.text.length);
    while (this.position < source.length) {
      let start = -1;
      let kind = '';
      let opener = '';
      for (const candidate of openers) {
        const found = source.indexOf(candidate.text, this.position);
        if (found >= 0 && (start < 0 || found < start)) [start, kind, opener] = [found, candidate.kind, candidate.text];
      }
      if (start < 0) {
        this.data(this.position, source.length, '', true);
        this.position = source.length;
        break;
      }
      const sign = /[-+]/.test(source[start + opener.length] ?? '') ? (source[start + opener.length] as string) : '';
      this.data(this.position, start, sign, kind === 'variable');
      this.position = start + opener.length + sign.length;
      if (kind === 'comment') this.comment(start);
      else if (kind === 'variable') {
        this.push('variable-begin', opener, start, this.position);
        this.code(syntax.variableEnd, true);
      } else if (!this.raw(start)) {
        this.push('block-begin', opener, start, this.position);
        this.code(syntax.blockEnd, false);
      }
    }
    return this.finish();
  }

  private finish(): Token[] {
    this.push('end', '', this.source.length, this.source.length);
    return this.tokens;
  }

  private push(type: TokenType, value: Value, at: number, end: number): void {
    this.tokens.push({ type, value, at, end });
  }

  private data(from: number, to: number, sign: string, isVariable: boolean): void {
    let text = this.source.slice(from, to);
    if (sign === '-') text = text.trimEnd();
    else if (sign !== '+' && this.syntax.lstripBlocks && !isVariable) {
      const line = text.lastIndexOf('\n') + 1;
      if ((line > 0 || this.lineStart) && !text.slice(line).trim()) text = text.slice(0, line);
    }
    if (text) this.push('data', this.newlines(text), from, to);
  }

  private newlines(text: string): string {
    return this.syntax.newlineSequence === '\n' ? text : text.replaceAll('\n', this.syntax.newlineSequence);
  }

  /** Moves behind a closing tag at the present position and its white space; false where none stands here. */
  private close(end: string, trims: boolean): boolean {
    const { source } = this;
    const sign = source[this.position];
    const signed = (sign === '-' || (sign === '+' && trims)) && source.startsWith(end, this.position + 1);
    if (!signed && !source.startsWith(end, this.position)) return false;
    this.position += end.length + (signed ? 1 : 0);
    if (signed && sign === '-') this.position = this.skip(white);
    else if (!signed && trims && this.syntax.trimBlocks && source[this.position] === '\n') this.position++;
    this.lineStart = source[this.position - 1] === '\n';
    return true;
  }

  private skip(pattern: RegExp): number {
    pattern.lastIndex = this.position;
    return pattern.test(this.source) ? pattern.lastIndex : this.position;
  }

  private comment(start: number): void {
    const { commentEnd, commentStart } = this.syntax;
    const end = this.source.indexOf(commentEnd, this.position);
    if (end < 0) throw new TemplateSyntaxError('this comment is never closed', start, commentStart.length);
    const signed = end > this.position && /[-+]/.test(this.source[end - 1] as string);
    this.position = signed ? end - 1 : end;
    this.close(commentEnd, true);
  }

  /** Takes a raw block whole, where one begins here. */
  private raw(start: number): boolean {
    const { source } = this;
    const { blockStart, blockEnd } = this.syntax;
    const [open, close] = [quoted(blockStart), quoted(blockEnd)];
    const begin = new RegExp(`\\s*raw\\s*(?:-${close}\\s*|${close})`, 'y');
    begin.lastIndex = this.position;
    if (!begin.test(source)) return false;
    const from = begin.lastIndex;
    const end = new RegExp(`${open}([-+]?)\\s*endraw\\s*(?=[-+]?${close})`, 'g');
    end.lastIndex = from;
    const found = end.exec(source);
    if (!found) throw new TemplateSyntaxError('this raw block has no endraw', start, begin.lastIndex - start);
    this.lineStart = source[from - 1] === '\n';
    this.data(from, found.index, found[1] as string, false);
    this.position = end.lastIndex;
    this.close(blockEnd, true);
    return true;
  }

  /** Tokens of the expression language up to the closing tag, or to the end of the text where `end` is undefined. */
  private code(end: string | undefined, isVariable: boolean): void {
    const { source } = this;
    const start = this.tokens.at(-1);
    const open: { text: string; at: number }[] = [];
    for (;;) {
      this.position = this.skip(white);
      const at = this.position;
      if (at >= source.length) {
        if (end === undefined) break;
        const unclosed = `this ${isVariable ? 'expression' : 'tag'} is never closed: '${end}' is missing`;
        throw new TemplateSyntaxError(unclosed, start?.at ?? 0, (start?.end ?? 1) - (start?.at ?? 0));
      }
      if (end !== undefined && open.length === 0 && this.close(end, !isVariable)) {
        this.push(isVariable ? 'variable-end' : 'block-end', end, at, this.position);
        return;
      }
      this.token(at, open, isVariable);
    }
    const bracket = open.at(-1);
    if (bracket) throw new TemplateSyntaxError(`'${bracket.text}' is never closed`, bracket.at);
  }

  private token(at: number, open: { text: string; at: number }[], isVariable: boolean): void {
    const afterDot = this.source[at - 1] === '.';
    if (this.take(name, at)) {
      this.push('name', this.source.slice(at, this.position), at, this.position);
    } else if (!afterDot && this.take(float, at)) {
      this.push('float', decodeNumber(this.source.slice(at, this.position), true), at, this.position);
    } else if (this.take(integer, at)) {
      this.push('integer', decodeNumber(this.source.slice(at, this.position), false), at, this.position);
    } else if (this.take(string, at)) {
      const text = this.newlines(this.source.slice(at + 1, this.position - 1));
      const value = isVariable && this.syntax.literalBackslashes ? text : decodeString(text);
      this.push('string', value, at, this.position);
    } else if (this.take(operator, at)) {
      const text = this.source.slice(at, this.position);
      if (text in closing) open.push({ text, at });
      else if (text === ')' || text === ']' || text === '}') {
        const opener = open.pop();
        if (!opener) throw new TemplateSyntaxError(`'${text}' closes nothing`, at);
        if (closing[opener.text] !== text) {
          throw new TemplateSyntaxError(`'${closing[opener.text]}' was expected here, not '${text}'`, at);
        }
      }
      this.push('operator', text, at, this.position);
    } else {
      const found = this.source[at] as string;
      throw found === '"' || found === "'"
        ? new TemplateSyntaxError('this string is never closed', at)
        : new TemplateSyntaxError(
            `unexpected character '${String.fromCodePoint(this.source.codePointAt(at) as number)}'`,
            at,
          );
    }
  }

  private take(pattern: RegExp, at: number): boolean {
    pattern.lastIndex = at;
    if (!pattern.test(this.source)) return false;
    this.position = pattern.lastIndex;
    return true;
  }
}

const quoted = (text: string): string => text.replace(/[^\w\s]/g, '\\$&');
