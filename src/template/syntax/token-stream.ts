import type { Token, TokenType } from './lexer.ts';
import { TemplateSyntaxError } from './syntax-error.ts';

/** The tokens of a template, read from first to last, with the questions that a parser asks of the next one. */
export class TokenStream {
  private readonly tokens: readonly Token[];
  private index = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get current(): Token {
    return this.tokens[this.index] as Token;
  }

  get previous(): Token {
    return this.tokens[Math.max(0, this.index - 1)] as Token;
  }

  look(distance = 1): Token {
    return this.tokens[Math.min(this.index + distance, this.tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.current;
    if (this.index < this.tokens.length - 1) this.index++;
    return token;
  }

  is(type: TokenType, value?: string): boolean {
    const { current } = this;
    return current.type === type && (value === undefined || current.value === value);
  }

  isOperator(value: string): boolean {
    return this.is('operator', value);
  }

  isName(...values: string[]): boolean {
    return this.current.type === 'name' && (values.length === 0 || values.includes(this.current.value as string));
  }

  skip(type: TokenType, value?: string): boolean {
    if (!this.is(type, value)) return false;
    this.next();
    return true;
  }

  expect(type: TokenType, value?: string): Token {
    if (this.is(type, value)) return this.next();
    throw this.unexpected(value === undefined ? expected[type] : `'${value}'`);
  }

  expectName(): string {
    return this.expect('name').value as string;
  }

  /** The error that says what stands here instead of what may. */
  unexpected(wanted?: string): TemplateSyntaxError {
    const { current } = this;
    const found = describe(current);
    return new TemplateSyntaxError(
      wanted ? `${wanted} was expected here, not ${found}` : `unexpected ${found}`,
      current.at,
      Math.max(1, current.end - current.at),
    );
  }
}

const expected: Record<TokenType, string> = {
  data: 'text',
  'variable-begin': "'{{'",
  'variable-end': "'}}'",
  'block-begin': "'{%'",
  'block-end': "'%}'",
  name: 'a name',
  string: 'a string',
  integer: 'a number',
  float: 'a number',
  operator: 'an operator',
  end: 'the end',
};

const describe = ({ type, value }: Token): string => {
  if (type === 'end') return 'the end of the text';
  if (type === 'string') return `the string ${JSON.stringify(value)}`;
  return type === 'integer' || type === 'float' ? `the number ${String(value)}` : `'${String(value)}'`;
};
