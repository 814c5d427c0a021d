import { parseExpression } from './expression-parser.ts';
import { TemplateSyntaxError } from './syntax-error.ts';
import type { TokenStream } from './token-stream.ts';
import type { Expression, Target } from './tree.ts';

const reserved = new Set(['true', 'True', 'false', 'False', 'none', 'None']);

/** What is assigned to: a name, names with commas between, or with `members` an attribute of a namespace. */
export const parseTarget = (tokens: TokenStream, members: boolean): Target => {
  const items: Target[] = [];
  let isTuple = false;
  for (;;) {
    if (tokens.skip('operator', '(')) {
      items.push(parseTarget(tokens, members));
      tokens.expect('operator', ')');
    } else items.push(parseSingle(tokens, members));
    if (!tokens.skip('operator', ',')) break;
    isTuple = true;
    if (tokens.isName('in') || tokens.isOperator('=') || tokens.isOperator(')')) break;
  }
  return isTuple ? { kind: 'tuple', items } : (items[0] as Target);
};

const parseSingle = (tokens: TokenStream, members: boolean): Target => {
  const { at } = tokens.current;
  const name = tokens.expectName();
  if (reserved.has(name)) throw new TemplateSyntaxError(`'${name}' can't be assigned to`, at, name.length);
  if (!members || !tokens.skip('operator', '.')) return { kind: 'name', name };
  return { kind: 'member', namespace: name, name: tokens.expectName(), at };
};

/** `name = expression`, as in `{% with %}`. */
export const parseAssignment = (tokens: TokenStream): [Target, Expression] => {
  const target = parseTarget(tokens, false);
  tokens.expect('operator', '=');
  return [target, parseExpression(tokens)];
};
