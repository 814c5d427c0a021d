import { parseArguments, parseAtom, parseTuple } from './primary-parser.ts';
import { TemplateSyntaxError } from './syntax-error.ts';
import type { TokenStream } from './token-stream.ts';
import type { Arguments, Comparison, Expression, ExpressionOf } from './tree.ts';

/**
 * Expressions by Jinja2's grammar, loosest first: inline if, or, and, not, comparison, + -, ~, * / // %, **, sign, then
 * what follows an operand: attributes, items, calls, filters and tests.
 */
export const parseExpression = (tokens: TokenStream, withConditional = true): Expression =>
  withConditional ? parseConditional(tokens) : parseOr(tokens);

/** The whole of a bare expression, as in `when:`. */
export const parseWholeExpression = (tokens: TokenStream): Expression => {
  const expression = parseTuple(tokens);
  if (!tokens.is('end')) {
    const error = tokens.unexpected();
    throw tokens.isOperator('=')
      ? new TemplateSyntaxError(error.message, error.at, 1, "'==' compares; '=' assigns, which an expression can't")
      : error;
  }
  return expression;
};

const span = (tokens: TokenStream, first: Expression): { at: number; length: number } => ({
  at: first.at,
  length: Math.max(1, tokens.previous.end - first.at),
});

const parseConditional = (tokens: TokenStream): Expression => {
  let result = parseOr(tokens);
  while (tokens.skip('name', 'if')) {
    const test = parseOr(tokens);
    const otherwise = tokens.skip('name', 'else') ? parseConditional(tokens) : undefined;
    result = { kind: 'conditional', test, consequent: result, otherwise, ...span(tokens, result) };
  }
  return result;
};

const parseOr = (tokens: TokenStream): Expression => {
  let left = parseAnd(tokens);
  while (tokens.skip('name', 'or')) {
    left = { kind: 'or', left, right: parseAnd(tokens), ...span(tokens, left) };
  }
  return left;
};

const parseAnd = (tokens: TokenStream): Expression => {
  let left = parseNot(tokens);
  while (tokens.skip('name', 'and')) {
    left = { kind: 'and', left, right: parseNot(tokens), ...span(tokens, left) };
  }
  return left;
};

const parseNot = (tokens: TokenStream): Expression => {
  const { at } = tokens.current;
  if (!tokens.skip('name', 'not')) return parseComparison(tokens);
  const operand = parseNot(tokens);
  return { kind: 'not', operand, at, length: tokens.previous.end - at };
};

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>=']);

const parseComparison = (tokens: TokenStream): Expression => {
  const first = parseSum(tokens);
  const rest: Comparison[] = [];
  for (;;) {
    const { type, value } = tokens.current;
    if (type === 'operator' && comparisons.has(value as string)) {
      tokens.next();
      rest.push({ operator: value as '==', operand: parseSum(tokens) });
    } else if (tokens.skip('name', 'in')) {
      rest.push({ operator: 'in', operand: parseSum(tokens) });
    } else if (tokens.isName('not') && tokens.look().type === 'name' && tokens.look().value === 'in') {
      tokens.next();
      tokens.next();
      rest.push({ operator: 'not in', operand: parseSum(tokens) });
    } else break;
  }
  return rest.length === 0 ? first : { kind: 'compare', first, rest, ...span(tokens, first) };
};

const parseSum = (tokens: TokenStream): Expression => {
  let left = parseConcat(tokens);
  while (tokens.isOperator('+') || tokens.isOperator('-')) {
    const operator = tokens.next().value as '+' | '-';
    left = { kind: 'binary', operator, left, right: parseConcat(tokens), ...span(tokens, left) };
  }
  return left;
};

const parseConcat = (tokens: TokenStream): Expression => {
  const first = parseProduct(tokens);
  const parts = [first];
  while (tokens.skip('operator', '~')) parts.push(parseProduct(tokens));
  return parts.length === 1 ? first : { kind: 'concat', parts, ...span(tokens, first) };
};

const products = new Set(['*', '/', '//', '%']);

const parseProduct = (tokens: TokenStream): Expression => {
  let left = parsePower(tokens);
  while (tokens.current.type === 'operator' && products.has(tokens.current.value as string)) {
    const operator = tokens.next().value as '*';
    left = { kind: 'binary', operator, left, right: parsePower(tokens), ...span(tokens, left) };
  }
  return left;
};

/** Left to right and weaker than a sign, both unlike Python: `-2**2` is 4 and `2**3**2` is 64 in Jinja2. */
const parsePower = (tokens: TokenStream): Expression => {
  let left = parseUnary(tokens, true);
  while (tokens.skip('operator', '**')) {
    left = { kind: 'binary', operator: '**', left, right: parseUnary(tokens, true), ...span(tokens, left) };
  }
  return left;
};

/** A sign binds its operand before filters do, so `-1 | abs` is 1. */
export const parseUnary = (tokens: TokenStream, withFilters: boolean): Expression => {
  const { at } = tokens.current;
  let node: Expression;
  if (tokens.isOperator('-') || tokens.isOperator('+')) {
    const kind = tokens.next().value === '-' ? 'negative' : 'positive';
    const operand = parseUnary(tokens, false);
    node = { kind, operand, at, length: tokens.previous.end - at };
  } else node = parsePostfix(tokens, parseAtom(tokens));
  return withFilters ? parseFiltersAndTests(tokens, node) : node;
};

export const parsePostfix = (tokens: TokenStream, start: Expression): Expression => {
  let node = start;
  for (;;) {
    if (tokens.isOperator('.') || tokens.isOperator('[')) node = parseMember(tokens, node);
    else if (tokens.isOperator('(')) node = parseCall(tokens, node);
    else return node;
  }
};

const parseMember = (tokens: TokenStream, object: Expression): Expression => {
  const { at } = tokens.next();
  if (tokens.previous.value === '.') {
    const token = tokens.current;
    const length = token.end - token.at;
    if (token.type === 'name') {
      tokens.next();
      return { kind: 'attribute', object, name: token.value as string, at: token.at, length };
    }
    if (token.type !== 'integer') throw tokens.unexpected("a name or a number after '.'");
    tokens.next();
    const key: Expression = { kind: 'literal', value: token.value, at: token.at, length };
    return { kind: 'item', object, key, at: token.at, length };
  }
  const keys = [parseSubscript(tokens)];
  while (tokens.skip('operator', ',')) {
    if (tokens.isOperator(']')) break;
    keys.push(parseSubscript(tokens));
  }
  tokens.expect('operator', ']');
  const length = tokens.previous.end - at;
  const only = keys[0] as Expression;
  const key: Expression = keys.length === 1 ? only : { kind: 'tuple', items: keys, at: only.at, length: only.length };
  return { kind: 'item', object, key, at, length };
};

const parseSubscript = (tokens: TokenStream): Expression => {
  const { at } = tokens.current;
  const part = (): Expression | undefined =>
    tokens.isOperator(':') || tokens.isOperator(']') || tokens.isOperator(',') ? undefined : parseExpression(tokens);
  const start = part();
  if (!tokens.skip('operator', ':')) {
    if (start === undefined) throw tokens.unexpected("a key between '[' and ']'");
    return start;
  }
  const stop = part();
  const step = tokens.skip('operator', ':') ? part() : undefined;
  return { kind: 'slice', start, stop, step, at, length: tokens.previous.end - at };
};

const parseCall = (tokens: TokenStream, callee: Expression): ExpressionOf<'call'> => {
  const args = parseArguments(tokens);
  return { kind: 'call', callee, arguments: args, ...span(tokens, callee) };
};

const parseFiltersAndTests = (tokens: TokenStream, start: Expression): Expression => {
  let node = start;
  for (;;) {
    if (tokens.isOperator('|')) node = parseFilters(tokens, node);
    else if (tokens.isName('is')) node = parseTest(tokens, node);
    else if (tokens.isOperator('(')) node = parseCall(tokens, node);
    else return node;
  }
};

/** One or more filters. With `inline`, the first stands without a bar, as after `{% filter`. */
export const parseFilters = (tokens: TokenStream, input: Expression | undefined, inline = false): Expression => {
  let node = input;
  let first = inline;
  while (first || tokens.isOperator('|')) {
    if (!first) tokens.next();
    first = false;
    const { at } = tokens.current;
    const name = dottedName(tokens);
    const length = tokens.previous.end - at;
    const args = tokens.isOperator('(') ? parseArguments(tokens) : noArguments;
    node = { kind: 'filter', input: node, name, arguments: args, at, length };
  }
  return node as Expression;
};

const noArguments: Arguments = { positional: [], named: [], spread: undefined, spreadNamed: undefined };

const dottedName = (tokens: TokenStream): string => {
  let name = tokens.expectName();
  while (tokens.skip('operator', '.')) name += `.${tokens.expectName()}`;
  return name;
};

const parseTest = (tokens: TokenStream, input: Expression): Expression => {
  tokens.next();
  const negated = tokens.skip('name', 'not');
  const { at } = tokens.current;
  const name = dottedName(tokens);
  const length = tokens.previous.end - at;
  let args = noArguments;
  if (tokens.isOperator('(')) args = parseArguments(tokens);
  else if (startsOperand(tokens)) {
    if (tokens.isName('is')) throw new TemplateSyntaxError("tests can't be chained with 'is'", tokens.current.at, 2);
    args = { ...noArguments, positional: [parsePostfix(tokens, parseAtom(tokens))] };
  }
  const test: Expression = { kind: 'test', input, name, arguments: args, at, length };
  return negated ? { kind: 'not', operand: test, at, length } : test;
};

/** Whether a test's argument without parentheses begins here, as in `x is divisibleby 3`. */
const startsOperand = (tokens: TokenStream): boolean => {
  const { type, value } = tokens.current;
  if (type === 'name') return !['else', 'or', 'and'].includes(value as string);
  if (type === 'operator') return value === '[' || value === '{' || value === '(';
  return type === 'string' || type === 'integer' || type === 'float';
};
