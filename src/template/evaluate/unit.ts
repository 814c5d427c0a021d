import { changingMethods } from '../python/dict-methods.ts';
import type { Syntax } from '../syntax/delimiters.ts';
import { parseWholeExpression } from '../syntax/expression-parser.ts';
import { tokenizeExpression, tokenizeTemplate } from '../syntax/lexer.ts';
import { parseTemplate } from '../syntax/statement-parser.ts';
import { TokenStream } from '../syntax/token-stream.ts';
import type { Expression, Statement } from '../syntax/tree.ts';
import { compileExpression, located } from './expression.ts';
import type { Evaluate, Execute } from './frame.ts';
import { type BlockSource, compileBlockSource } from './inheritance.ts';
import { compileBody } from './statement.ts';

/** A template or an expression, ready to run. */
export interface Unit {
  readonly source: string;
  readonly execute: Execute;
  readonly blocks: ReadonlyMap<string, BlockSource>;
  /** Whether it defines blocks or extends a template. */
  readonly inherits: boolean;
  /** Whether it may change a list or dict, so that variables must be copied before. */
  readonly changes: boolean;
}

export interface ExpressionUnit {
  readonly source: string;
  readonly evaluate: Evaluate;
  readonly changes: boolean;
}

/** Entries after which a cache begins anew: a run with generated texts must not grow without end. */
const capacity = 20_000;

/** What was compiled from texts, by their syntax and then by the text. */
class Cache<T> {
  private readonly bySyntax = new WeakMap<Syntax, Map<string, T>>();

  get(syntax: Syntax, text: string, make: () => T): T {
    let texts = this.bySyntax.get(syntax);
    if (texts === undefined || texts.size >= capacity) {
      texts = new Map();
      this.bySyntax.set(syntax, texts);
    }
    let value = texts.get(text);
    if (value === undefined) {
      value = make();
      texts.set(text, value);
    }
    return value;
  }
}

const units = new Cache<Unit>();
const expressions = new Cache<ExpressionUnit>();

/** Throws TemplateSyntaxError. Compiled once for each text and syntax. */
export const compileTemplate = (source: string, syntax: Syntax): Unit =>
  units.get(syntax, source, () => {
    const body = parseTemplateText(source, syntax);
    const blocks = new Map<string, BlockSource>();
    const facts = inspect(body, (node) => {
      if (node.kind === 'block') blocks.set(node.name, compileBlockSource(node));
    });
    return { source, execute: compileBody(body), blocks, ...facts };
  });

/** Throws TemplateSyntaxError. */
export const compileBareExpression = (source: string, syntax: Syntax): ExpressionUnit =>
  expressions.get(syntax, source, () => {
    const tree = parseExpressionText(source, syntax);
    return { source, evaluate: located(tree, compileExpression(tree)), changes: inspect(tree).changes };
  });

export const parseTemplateText = (source: string, syntax: Syntax): Statement[] =>
  parseTemplate(new TokenStream(tokenizeTemplate(source, syntax)));

export const parseExpressionText = (source: string, syntax: Syntax): Expression =>
  parseWholeExpression(new TokenStream(tokenizeExpression(source, syntax)));

const inspect = (tree: unknown, visit: (node: Statement | Expression) => void = () => {}) => {
  const facts = { inherits: false, changes: false };
  walkTree(tree, (node) => {
    if (node.kind === 'block' || node.kind === 'extends') facts.inherits = true;
    if (node.kind === 'attribute' && changingMethods.has(node.name)) facts.changes = true;
    visit(node);
  });
  return facts;
};

/** Visits every node of a tree, the outer before the inner. */
export const walkTree = (tree: unknown, visit: (node: Statement | Expression) => void): void => {
  if (Array.isArray(tree)) for (const item of tree) walkTree(item, visit);
  else if (tree !== null && typeof tree === 'object') {
    if ('kind' in tree && 'at' in tree) visit(tree as Statement | Expression);
    if (!('kind' in tree && tree.kind === 'literal')) {
      for (const child of Object.values(tree)) if (typeof child === 'object') walkTree(child, visit);
    }
  }
};
