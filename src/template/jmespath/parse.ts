import { loadJson } from '../json/load.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** A query of jmespath.org's specification, parsed. */
export type Query =
  | { readonly kind: 'current' }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly parts: readonly (number | null)[] }
  | { readonly kind: 'chain' | 'pipe' | 'and' | 'or'; readonly left: Query; readonly right: Query }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Query; readonly right: Query }
  | { readonly kind: 'not' | 'flatten' | 'reference'; readonly of: Query }
  | { readonly kind: 'each' | 'values'; readonly of: Query; readonly inner: Query }
  | { readonly kind: 'filter'; readonly of: Query; readonly test: Query; readonly inner: Query }
  | { readonly kind: 'list'; readonly items: readonly Query[] }
  | { readonly kind: 'hash'; readonly items: readonly (readonly [string, Query])[] }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Query[] };

export const parseQuery = (text: string): Query => new Parser(text).whole();

const token =
  /\s*(?:([A-Za-z_]\w*)|("(?:[^"\\]|\\.)*")|('(?:[^'\\]|\\.)*')|(`(?:[^`\\]|\\.)*`)|(-?\d+)|(\[\?|\[\]|\|\||&&|==|!=|<=|>=|[.*[\](){},:@&|<>!]))/y;

interface Token {
  readonly type: 'name' | 'literal' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly value: Value;
}

/** How strongly what follows an operand binds; a projection ends before anything weaker than 10. */
const strength: Readonly<Record<string, number>> = {
  '|': 1,
  '||': 2,
  '&&': 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '[]': 9,
  '[?': 21,
  '.': 40,
  '[': 55,
  '(': 60,
};

class Parser {
  private readonly text: string;
  private readonly tokens: Token[] = [];
  private at = 0;

  constructor(text: string) {
    this.text = text;
    token.lastIndex = 0;
    while (token.lastIndex < text.trimEnd().length) {
      const match = token.exec(text);
      if (!match) throw this.error('unexpected character');
      this.tokens.push(readToken(match));
    }
    this.tokens.push({ type: 'end', text: '', value: null });
  }

  whole(): Query {
    const query = this.expression(0);
    if (this.next.type !== 'end') throw this.error(`unexpected '${this.next.text}'`);
    return query;
  }

  private error(reason: string): TemplateError {
    return new TemplateError(`the query '${this.text}' can't be read: ${reason}`);
  }

  private get next(): Token {
    return this.tokens[this.at] as Token;
  }

  private is(sign: string): boolean {
    return this.next.type === 'sign' && this.next.text === sign;
  }

  private skip(sign: string): boolean {
    if (!this.is(sign)) return false;
    this.at++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.skip(sign)) throw this.error(`'${sign}' is missing`);
  }

  private expression(least: number): Query {
    let left = this.operand();
    for (;;) {
      const { type, text } = this.next;
      const power = type === 'sign' ? strength[text] : undefined;
      if (power === undefined || power <= least) return left;
      this.at++;
      left = this.behind(left, text, power);
    }
  }

  private operand(): Query {
    const { type, text, value } = this.next;
    this.at++;
    if (type === 'name') return { kind: 'field', name: String(value) };
    if (type === 'literal') return { kind: 'literal', value };
    switch (text) {
      case '@':
        return { kind: 'current' };
      case '*':
        return { kind: 'values', of: { kind: 'current' }, inner: this.projected(20) };
      case '!':
        return { kind: 'not', of: this.expression(45) };
      case '&':
        return { kind: 'reference', of: this.expression(0) };
      case '(': {
        const inner = this.expression(0);
        this.expect(')');
        return inner;
      }
      case '{':
        return this.hash();
      case '[]':
        return { kind: 'each', of: { kind: 'flatten', of: { kind: 'current' } }, inner: this.projected(9) };
      case '[?':
        return this.filter({ kind: 'current' });
      case '[':
        if (this.next.type === 'number' || this.is(':')) return this.index({ kind: 'current' });
        if (this.is('*') && this.tokens[this.at + 1]?.text === ']') return this.everyItem({ kind: 'current' });
        return this.list();
    }
    throw this.error(type === 'end' ? 'it ends too early' : `unexpected '${text}'`);
  }

  private behind(left: Query, sign: string, power: number): Query {
    switch (sign) {
      case '|':
        return { kind: 'pipe', left, right: this.expression(power) };
      case '||':
        return { kind: 'or', left, right: this.expression(power) };
      case '&&':
        return { kind: 'and', left, right: this.expression(power) };
      case '.':
        if (this.skip('*')) return { kind: 'values', of: left, inner: this.projected(20) };
        return { kind: 'chain', left, right: this.member(40) };
      case '[]':
        return { kind: 'each', of: { kind: 'flatten', of: left }, inner: this.projected(9) };
      case '[?':
        return this.filter(left);
      case '[':
        return this.is('*') ? this.everyItem(left) : this.index(left);
      case '(':
        return this.call(left);
    }
    return { kind: 'compare', operator: sign, left, right: this.expression(power) };
  }

  /** What may stand behind a dot. */
  private member(power: number): Query {
    if (this.next.type === 'name') return this.expression(power);
    if (this.skip('[')) return this.list();
    if (this.skip('{')) return this.hash();
    throw this.error(`unexpected '${this.next.text}' behind a dot`);
  }

  /** What is done to each item of a projection. */
  private projected(power: number): Query {
    const { type, text } = this.next;
    if (type !== 'sign' || (strength[text] ?? 0) < 10) return { kind: 'current' };
    if (text === '.') {
      this.at++;
      if (this.skip('*')) return { kind: 'values', of: { kind: 'current' }, inner: this.projected(20) };
      return this.member(power);
    }
    return text === '[' || text === '[?' ? this.expression(power) : { kind: 'current' };
  }

  private everyItem(of: Query): Query {
    this.expect('*');
    this.expect(']');
    return { kind: 'each', of, inner: this.projected(20) };
  }

  private filter(of: Query): Query {
    const test = this.expression(0);
    this.expect(']');
    return { kind: 'filter', of, test, inner: this.projected(21) };
  }

  private index(left: Query): Query {
    const parts: (number | null)[] = [null];
    let colons = 0;
    while (!this.skip(']')) {
      if (this.next.type === 'number') parts[colons] = Number(this.next.value);
      else if (this.is(':') && colons < 2) parts[++colons] = null;
      else throw this.error(`unexpected '${this.next.text}' in an index`);
      this.at++;
    }
    if (colons === 0) return { kind: 'chain', left, right: { kind: 'index', index: parts[0] ?? 0 } };
    const of: Query = { kind: 'chain', left, right: { kind: 'slice', parts } };
    return { kind: 'each', of, inner: this.projected(20) };
  }

  private list(): Query {
    const items: Query[] = [];
    do items.push(this.expression(0));
    while (this.skip(','));
    this.expect(']');
    return { kind: 'list', items };
  }

  private hash(): Query {
    const items: [string, Query][] = [];
    do {
      const name = this.next;
      if (name.type !== 'name') throw this.error(`a key is expected, not '${name.text}'`);
      this.at++;
      this.expect(':');
      items.push([String(name.value), this.expression(0)]);
    } while (this.skip(','));
    this.expect('}');
    return { kind: 'hash', items };
  }

  private call(left: Query): Query {
    if (left.kind !== 'field') throw this.error('only a name can be called');
    const given: Query[] = [];
    while (!this.skip(')')) {
      if (given.length > 0) this.expect(',');
      given.push(this.expression(0));
    }
    return { kind: 'call', name: left.name, arguments: given };
  }
}

const readToken = ([, name, quoted, raw, literal, number, sign]: RegExpExecArray): Token => {
  if (name !== undefined) return { type: 'name', text: name, value: name };
  if (quoted !== undefined) return { type: 'name', text: quoted, value: loadJson(quoted) };
  if (raw !== undefined) return { type: 'literal', text: raw, value: raw.slice(1, -1).replaceAll("\\'", "'") };
  if (literal !== undefined)
    return { type: 'literal', text: literal, value: readLiteral(literal.slice(1, -1).replaceAll('\\`', '`')) };
  if (number !== undefined) return { type: 'number', text: number, value: Number(number) };
  return { type: 'sign', text: sign ?? '', value: null };
};

/** JSON; a bare word is a string, as it was in the first version of the language. */
const readLiteral = (text: string): Value => {
  try {
    return loadJson(text);
  } catch {
    return text.trim();
  }
};
