import type { Value } from '../values.ts';
import { parseExpression } from './expression-parser.ts';
import { TemplateSyntaxError } from './syntax-error.ts';
import type { TokenStream } from './token-stream.ts';
import type { Arguments, Expression } from './tree.ts';

const constants = new Map<string, Value>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** A name, a literal, or anything in brackets. */
export const parseAtom = (tokens: TokenStream): Expression => {
  const token = tokens.current;
  const { at } = token;
  const length = token.end - at;
  if (token.type === 'name') {
    const name = token.value as string;
    tokens.next();
    return constants.has(name)
      ? { kind: 'literal', value: constants.get(name) as Value, at, length }
      : { kind: 'name', name, at, length };
  }
  if (token.type === 'string') {
    let text = '';
    while (tokens.is('string')) text += tokens.next().value as string;
    return { kind: 'literal', value: text, at, length: tokens.previous.end - at };
  }
  if (token.type === 'integer' || token.type === 'float') {
    tokens.next();
    return { kind: 'literal', value: token.value, at, length };
  }
  if (tokens.skip('operator', '(')) {
    const inner = parseTuple(tokens, true);
    tokens.expect('operator', ')');
    return inner;
  }
  if (tokens.isOperator('[')) return parseList(tokens);
  if (tokens.isOperator('{')) return parseDict(tokens);
  throw tokens.unexpected('a value');
};

/** `a, b` with or without parentheses; a single expression without a comma is itself. */
export const parseTuple = (tokens: TokenStream, inParentheses = false, stopAtIn = false): Expression => {
  const { at } = tokens.current;
  const items: Expression[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0 && !tokens.skip('operator', ',')) break;
    if (items.length > 0) isTuple = true;
    if (endsTuple(tokens, stopAtIn)) break;
    items.push(parseExpression(tokens));
  }
  if (items.length === 1 && !isTuple) return items[0] as Expression;
  if (items.length === 0 && !inParentheses) throw tokens.unexpected('an expression');
  return { kind: 'tuple', items, at, length: Math.max(1, tokens.previous.end - at) };
};

const endsTuple = (tokens: TokenStream, stopAtIn: boolean): boolean =>
  ['variable-end', 'block-end', 'end'].includes(tokens.current.type) ||
  tokens.isOperator(')') ||
  (stopAtIn && tokens.isName('in'));

const parseList = (tokens: TokenStream): Expression => {
  const { at } = tokens.next();
  const items: Expression[] = [];
  while (!tokens.isOperator(']')) {
    if (items.length > 0) tokens.expect('operator', ',');
    if (tokens.isOperator(']')) break;
    items.push(parseExpression(tokens));
  }
  tokens.next();
  return { kind: 'list', items, at, length: tokens.previous.end - at };
};

const parseDict = (tokens: TokenStream): Expression => {
  const { at } = tokens.next();
  const items: [Expression, Expression][] = [];
  while (!tokens.isOperator('}')) {
    if (items.length > 0) tokens.expect('operator', ',');
    if (tokens.isOperator('}')) break;
    const key = parseExpression(tokens);
    tokens.expect('operator', ':');
    items.push([key, parseExpression(tokens)]);
  }
  tokens.next();
  return { kind: 'dict', items, at, length: tokens.previous.end - at };
};

/** `(a, b, *rest, key=value, **more)`. */
export const parseArguments = (tokens: TokenStream): Arguments => {
  tokens.expect('operator', '(');
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  let spread: Expression | undefined;
  let spreadNamed: Expression | undefined;
  let first = true;
  while (!tokens.isOperator(')')) {
    if (!first) {
      tokens.expect('operator', ',');
      if (tokens.isOperator(')')) break;
    }
    first = false;
    const { at, value } = tokens.current;
    if (tokens.skip('operator', '**')) spreadNamed = parseExpression(tokens);
    else if (tokens.skip('operator', '*')) spread = parseExpression(tokens);
    else if (tokens.is('name') && tokens.look().type === 'operator' && tokens.look().value === '=') {
      tokens.next();
      tokens.next();
      named.push([value as string, parseExpression(tokens)]);
    } else {
      if (named.length > 0 || spreadNamed) {
        throw new TemplateSyntaxError('an argument without a name stands behind one with a name', at);
      }
      positional.push(parseExpression(tokens));
    }
  }
  tokens.next();
  return { positional, named, spread, spreadNamed };
};
