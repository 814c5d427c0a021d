import { parseExpression, parsePostfix } from './expression-parser.ts';
import { parseAtom } from './primary-parser.ts';
import { parseBlockBody } from './statement-parser.ts';
import { TemplateSyntaxError } from './syntax-error.ts';
import type { TokenStream } from './token-stream.ts';
import type { Parameter, Statement } from './tree.ts';

/** `{% macro name(a, b=1) %}`. */
export const parseMacro = (tokens: TokenStream, at: number): Statement => {
  const name = tokens.expectName();
  const parameters = parseParameters(tokens);
  const body = parseBlockBody(tokens, 'macro', at);
  return { kind: 'macro', name, parameters, body, at, length: 5 };
};

/** `{% call(a) macro(b) %}`. */
export const parseCallBlock = (tokens: TokenStream, at: number): Statement => {
  const parameters = tokens.isOperator('(') ? parseParameters(tokens) : [];
  const call = parsePostfix(tokens, parseAtom(tokens));
  if (call.kind !== 'call') throw new TemplateSyntaxError('a call of a macro was expected here', call.at, call.length);
  return { kind: 'call-block', parameters, call, body: parseBlockBody(tokens, 'call', at), at, length: 4 };
};

const parseParameters = (tokens: TokenStream): Parameter[] => {
  tokens.expect('operator', '(');
  const parameters: Parameter[] = [];
  while (!tokens.isOperator(')')) {
    if (parameters.length > 0) tokens.expect('operator', ',');
    if (tokens.isOperator(')')) break;
    const { at } = tokens.current;
    const name = tokens.expectName();
    const fallback = tokens.skip('operator', '=') ? parseExpression(tokens) : undefined;
    if (!fallback && parameters.at(-1)?.default) {
      throw new TemplateSyntaxError(`'${name}' needs a default, since one before it has one`, at, name.length);
    }
    parameters.push({ name, default: fallback });
  }
  tokens.next();
  return parameters;
};
