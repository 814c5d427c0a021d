import { nearest } from '../../util/nearest.ts';
import { parseExpression, parseFilters } from './expression-parser.ts';
import { parseCallBlock, parseMacro } from './macro-parser.ts';
import { parseTuple } from './primary-parser.ts';
import { parseFrom, parseImport, parseInclude } from './reference-parser.ts';
import { TemplateSyntaxError } from './syntax-error.ts';
import { parseAssignment, parseTarget } from './target-parser.ts';
import type { TokenStream } from './token-stream.ts';
import type { Expression, Statement, Target } from './tree.ts';

/** A whole template. */
export const parseTemplate = (tokens: TokenStream): Statement[] => parseBody(tokens, [], undefined);

type Parser = (tokens: TokenStream, at: number) => Statement;

/** The place where a tag was opened, to name it when its end is missing. */
interface Opener {
  readonly tag: string;
  readonly at: number;
}

const statements: Record<string, Parser> = {
  autoescape: (tokens, at) => {
    parseExpression(tokens);
    return { kind: 'scope', body: parseBlockBody(tokens, 'autoescape', at), ...place(tokens, at) };
  },
  block: (tokens, at) => parseBlock(tokens, at),
  break: (tokens, at) => ({ kind: 'break', ...place(tokens, at) }),
  call: (tokens, at) => parseCallBlock(tokens, at),
  continue: (tokens, at) => ({ kind: 'continue', ...place(tokens, at) }),
  do: (tokens, at) => ({ kind: 'do', expression: parseTuple(tokens), ...place(tokens, at) }),
  extends: (tokens, at) => ({ kind: 'extends', template: parseExpression(tokens), ...place(tokens, at) }),
  filter: (tokens, at) => {
    const filter = parseFilters(tokens, undefined, true);
    return { kind: 'filter-block', filter, body: parseBlockBody(tokens, 'filter', at), ...place(tokens, at) };
  },
  for: (tokens, at) => parseFor(tokens, at),
  from: (tokens, at) => parseFrom(tokens, at),
  if: (tokens, at) => parseIf(tokens, at),
  import: (tokens, at) => parseImport(tokens, at),
  include: (tokens, at) => parseInclude(tokens, at),
  macro: (tokens, at) => parseMacro(tokens, at),
  print: (tokens, at) => ({ kind: 'output', expression: parseTuple(tokens), ...place(tokens, at) }),
  set: (tokens, at) => parseSet(tokens, at),
  with: (tokens, at) => parseWith(tokens, at),
};

const place = (tokens: TokenStream, at: number): { at: number; length: number } => ({
  at,
  length: Math.max(1, tokens.previous.end - at),
});

/** Statements up to one of the tags `until`, which is left standing behind its `{%`. */
const parseBody = (tokens: TokenStream, until: readonly string[], opener: Opener | undefined): Statement[] => {
  const body: Statement[] = [];
  for (;;) {
    const token = tokens.current;
    if (token.type === 'data') {
      tokens.next();
      body.push({ kind: 'data', text: token.value as string, at: token.at, length: token.end - token.at });
    } else if (token.type === 'variable-begin') {
      tokens.next();
      const expression = parseTuple(tokens);
      tokens.expect('variable-end');
      body.push({ kind: 'output', expression, at: expression.at, length: expression.length });
    } else if (token.type === 'block-begin') {
      tokens.next();
      if (opener && tokens.isName(...until)) return body;
      body.push(parseStatement(tokens, until, opener));
    } else {
      if (opener) {
        const wanted = until.map((tag) => `'${tag}'`).join(' or ');
        throw new TemplateSyntaxError(
          `'${opener.tag}' is never ended: ${wanted} is missing`,
          opener.at,
          opener.tag.length,
        );
      }
      return body;
    }
  }
};

const parseStatement = (tokens: TokenStream, until: readonly string[], opener: Opener | undefined): Statement => {
  const { at, value } = tokens.current;
  const tag = tokens.expectName();
  const parser = Object.hasOwn(statements, tag) ? statements[tag] : undefined;
  if (!parser) {
    const guess = nearest(tag, [...Object.keys(statements), ...until]);
    const open = opener ? `; '${opener.tag}' is still open here and ends with '${until.at(-1)}'` : '';
    throw new TemplateSyntaxError(
      `there is no tag '${String(value)}'${open}`,
      at,
      tag.length,
      guess ? `did you mean '${guess}'?` : undefined,
    );
  }
  const statement = parser(tokens, at);
  tokens.expect('block-end');
  return statement;
};

/** The rest of a tag that has a body and its end; the end's own `%}` is left standing. */
export const parseBlockBody = (tokens: TokenStream, tag: string, at: number): Statement[] => {
  tokens.expect('block-end');
  const body = parseBody(tokens, [`end${tag}`], { tag, at });
  tokens.next();
  return body;
};

const parseIf = (tokens: TokenStream, at: number): Statement => {
  const branches: { test: Expression; body: Statement[] }[] = [];
  const opener = { tag: 'if', at };
  let otherwise: Statement[] = [];
  for (;;) {
    const test = parseTuple(tokens);
    tokens.expect('block-end');
    branches.push({ test, body: parseBody(tokens, ['elif', 'else', 'endif'], opener) });
    const tag = tokens.next().value;
    if (tag === 'elif') continue;
    if (tag === 'else') {
      tokens.expect('block-end');
      otherwise = parseBody(tokens, ['endif'], opener);
      tokens.next();
    }
    return { kind: 'if', branches, otherwise, ...place(tokens, at) };
  }
};

const parseFor = (tokens: TokenStream, at: number): Statement => {
  const target = parseTarget(tokens, false);
  tokens.expect('name', 'in');
  const iterable = parseForIterable(tokens);
  const test = tokens.skip('name', 'if') ? parseExpression(tokens) : undefined;
  const recursive = tokens.skip('name', 'recursive');
  tokens.expect('block-end');
  const opener = { tag: 'for', at };
  const body = parseBody(tokens, ['endfor', 'else'], opener);
  let otherwise: Statement[] = [];
  if (tokens.next().value === 'else') {
    tokens.expect('block-end');
    otherwise = parseBody(tokens, ['endfor'], opener);
    tokens.next();
  }
  return { kind: 'for', target, iterable, test, recursive, body, otherwise, ...place(tokens, at) };
};

/** `a, b` or one expression, whose `if` belongs to the loop. */
const parseForIterable = (tokens: TokenStream): Expression => {
  const first = parseExpression(tokens, false);
  if (!tokens.isOperator(',')) return first;
  const items = [first];
  while (tokens.skip('operator', ',') && !tokens.is('block-end')) items.push(parseExpression(tokens, false));
  return { kind: 'tuple', items, at: first.at, length: tokens.previous.end - first.at };
};

const parseSet = (tokens: TokenStream, at: number): Statement => {
  const target = parseTarget(tokens, true);
  if (tokens.skip('operator', '=')) return { kind: 'set', target, value: parseTuple(tokens), ...place(tokens, at) };
  const filter = tokens.isOperator('|') ? parseFilters(tokens, undefined) : undefined;
  return { kind: 'set-block', target, filter, body: parseBlockBody(tokens, 'set', at), ...place(tokens, at) };
};

const parseWith = (tokens: TokenStream, at: number): Statement => {
  const assignments: [Target, Expression][] = [];
  while (!tokens.is('block-end')) {
    if (assignments.length > 0) tokens.expect('operator', ',');
    assignments.push(parseAssignment(tokens));
  }
  return { kind: 'with', assignments, body: parseBlockBody(tokens, 'with', at), ...place(tokens, at) };
};

const parseBlock = (tokens: TokenStream, at: number): Statement => {
  const name = tokens.expectName();
  const scoped = tokens.skip('name', 'scoped');
  const required = tokens.skip('name', 'required');
  const body = parseBlockBody(tokens, 'block', at);
  if (tokens.isName()) tokens.expect('name', name);
  return { kind: 'block', name, scoped, required, body, ...place(tokens, at) };
};
