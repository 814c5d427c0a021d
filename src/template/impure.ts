import { lookupNameOf } from './check.ts';
import { parseExpressionText, parseTemplateText, walkTree } from './evaluate/unit.ts';
import { filters } from './filters/list.ts';
import { globals, lookupFunctions } from './globals/list.ts';
import { lookups } from './lookups/list.ts';
import { resolvePlugin } from './names.ts';
import type { Syntax } from './syntax/delimiters.ts';
import { TemplateSyntaxError } from './syntax/syntax-error.ts';
import type { Expression, Statement } from './syntax/tree.ts';

const known = new Map<string, boolean>();

/** Whether a text itself calls something impure; what the variables that it names call is seen when they are rendered. */
export const isImpureSource = (source: string, syntax: Syntax, kind: 'template' | 'expression'): boolean => {
  const key = kind + source;
  let impure = known.get(key);
  if (impure === undefined) {
    impure = inspect(source, syntax, kind);
    known.set(key, impure);
  }
  return impure;
};

const inspect = (source: string, syntax: Syntax, kind: 'template' | 'expression'): boolean => {
  let impure = false;
  try {
    const tree = kind === 'template' ? parseTemplateText(source, syntax) : parseExpressionText(source, syntax);
    walkTree(tree, (node) => {
      impure ||= isImpureNode(node);
    });
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
  }
  return impure;
};

const isImpureNode = (node: Statement | Expression): boolean => {
  if (node.kind === 'filter') return resolvePlugin(filters, node.name)?.impure ?? false;
  if (node.kind === 'include' || node.kind === 'import' || node.kind === 'from' || node.kind === 'extends') return true;
  if (node.kind !== 'call' || node.callee.kind !== 'name') return false;
  const { name } = node.callee;
  if (!lookupFunctions.has(name)) return globals.get(name)?.impure ?? false;
  const lookup = lookupNameOf(node);
  return lookup === undefined || (resolvePlugin(lookups, lookup.value)?.impure ?? true);
};
