import { parseExpressionText, parseTemplateText, walkTree } from './evaluate/unit.ts';
import { yamlSyntax } from './syntax/delimiters.ts';
import { TemplateSyntaxError } from './syntax/syntax-error.ts';
import type { Expression, Statement } from './syntax/tree.ts';

/** A variable that a text reads whatever else is true, and where in the text. */
export interface FreeName {
  readonly name: string;
  readonly at: number;
}

/**
 * The names that must be defined for a text to have a value: not those that it assigns itself, asks about (`is defined`,
 * `default`), or reads only where a condition holds. Empty for a text that can't be read; `check` tells why.
 */
export const freeNames = (source: string, kind: 'template' | 'expression'): readonly FreeName[] => {
  let tree: unknown;
  try {
    tree = kind === 'template' ? parseTemplateText(source, yamlSyntax) : parseExpressionText(source, yamlSyntax);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return [];
    throw error;
  }
  const excused = new Set<string>(['loop', 'self', 'super', 'caller', 'varargs', 'kwargs']);
  walkTree(tree, (node) => excuse(node, excused));
  const found: FreeName[] = [];
  certain(tree, (name, at) => {
    if (!excused.has(name)) found.push({ name, at });
  });
  return found;
};

const excuse = (node: Statement | Expression, excused: Set<string>): void => {
  if (node.kind === 'test' && /^(un)?defined$/.test(node.name)) excuseBase(node.input, excused);
  else if (node.kind === 'filter' && /^(ansible\.builtin\.)?(default|d|mandatory)$/.test(node.name))
    excuseBase(node.input, excused);
  else if (node.kind === 'macro') {
    excused.add(node.name);
    for (const { name } of node.parameters) excused.add(name);
  } else if (node.kind === 'import') excused.add(node.target);
  else if (node.kind === 'from') for (const [, alias] of node.names) excused.add(alias);
  else if ('target' in node && typeof node.target === 'object') excuseTarget(node.target, excused);
  else if (node.kind === 'with') for (const [target] of node.assignments) excuseTarget(target, excused);
};

const excuseBase = (input: Expression | undefined, excused: Set<string>): void => {
  walkTree(input, (node) => {
    if (node.kind === 'name') excused.add(node.name);
  });
};

const excuseTarget = (target: unknown, excused: Set<string>): void => {
  const { kind, name, items } = target as { kind: string; name?: string; items?: readonly unknown[] };
  if (kind === 'name' && name !== undefined) excused.add(name);
  for (const item of items ?? []) excuseTarget(item, excused);
};

/** Visits what is evaluated in any case. */
const certain = (tree: unknown, visit: (name: string, at: number) => void): void => {
  if (Array.isArray(tree)) for (const item of tree) certain(item, visit);
  else if (tree !== null && typeof tree === 'object') {
    const node = tree as Expression | Statement;
    switch ('kind' in node ? node.kind : undefined) {
      case 'name':
        visit((node as { name: string }).name, node.at);
        return;
      case 'and':
      case 'or':
        certain((node as { left: Expression }).left, visit);
        return;
      case 'conditional':
        certain((node as { test: Expression }).test, visit);
        return;
      case 'if':
        certain((node as { branches: readonly { test: Expression }[] }).branches[0]?.test, visit);
        return;
      case 'for':
        certain((node as { iterable: Expression }).iterable, visit);
        return;
      case 'literal':
      case 'macro':
      case 'call-block':
      case 'include':
      case 'import':
      case 'from':
      case 'extends':
      case 'block':
        return;
      default:
        for (const child of Object.values(node)) if (typeof child === 'object') certain(child, visit);
    }
  }
};
