import { parseExpression } from './expression-parser.ts';
import type { TokenStream } from './token-stream.ts';
import type { Statement } from './tree.ts';

/** `{% include 'a' ignore missing without context %}`. */
export const parseInclude = (tokens: TokenStream, at: number): Statement => {
  const template = parseExpression(tokens);
  const ignoreMissing = tokens.isName('ignore') && tokens.look().value === 'missing';
  if (ignoreMissing) {
    tokens.next();
    tokens.next();
  }
  return { kind: 'include', template, ignoreMissing, withContext: parseContext(tokens, true), at, length: 7 };
};

/** `{% import 'a' as b %}`. */
export const parseImport = (tokens: TokenStream, at: number): Statement => {
  const template = parseExpression(tokens);
  tokens.expect('name', 'as');
  const target = tokens.expectName();
  return { kind: 'import', template, target, withContext: parseContext(tokens, false), at, length: 6 };
};

/** `{% from 'a' import b, c as d %}`. */
export const parseFrom = (tokens: TokenStream, at: number): Statement => {
  const template = parseExpression(tokens);
  tokens.expect('name', 'import');
  const names: [string, string][] = [];
  while (!tokens.is('block-end') && !atContext(tokens)) {
    if (names.length > 0) {
      tokens.expect('operator', ',');
      if (tokens.is('block-end') || atContext(tokens)) break;
    }
    const name = tokens.expectName();
    names.push([name, tokens.skip('name', 'as') ? tokens.expectName() : name]);
  }
  return { kind: 'from', template, names, withContext: parseContext(tokens, false), at, length: 4 };
};

const atContext = (tokens: TokenStream): boolean =>
  tokens.isName('with', 'without') && tokens.look().value === 'context';

const parseContext = (tokens: TokenStream, fallback: boolean): boolean => {
  if (!atContext(tokens)) return fallback;
  const withContext = tokens.next().value === 'with';
  tokens.next();
  return withContext;
};
