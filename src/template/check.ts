import type { Diagnostic } from '../util/diagnostic.ts';
import { type Position, positionWithin } from '../util/position.ts';
import { parseExpressionText, parseTemplateText, walkTree } from './evaluate/unit.ts';
import { filters } from './filters/list.ts';
import { lookupFunctions } from './globals/list.ts';
import { lookups } from './lookups/list.ts';
import { hintForName, resolvePlugin } from './names.ts';
import type { Syntax } from './syntax/delimiters.ts';
import { TemplateSyntaxError } from './syntax/syntax-error.ts';
import type { Expression, Statement } from './syntax/tree.ts';
import { tests } from './tests/list.ts';

/** All that is wrong with a text before any variable is known: syntax, or names of filters, tests and lookups. */
export const checkSource = (
  source: string,
  kind: 'template' | 'expression',
  syntax: Syntax,
  start: Position | undefined,
): Diagnostic[] => {
  const place = (at: number): Position | undefined => start && positionWithin(start, source, at);
  const found: Diagnostic[] = [];
  const report = (kindOfName: 'filter' | 'test' | 'lookup', name: string, at: number, length: number): void => {
    found.push({
      severity: 'error',
      message: `there is no ${kindOfName} '${name}'`,
      position: place(at),
      length,
      hint: hintForName(kindOfName, name),
    });
  };
  try {
    const tree = kind === 'template' ? parseTemplateText(source, syntax) : parseExpressionText(source, syntax);
    walkTree(tree, (node) => {
      if (node.kind === 'filter' && !resolvePlugin(filters, node.name))
        report('filter', node.name, node.at, node.length);
      else if (node.kind === 'test' && !resolvePlugin(tests, node.name))
        report('test', node.name, node.at, node.length);
      else {
        const lookup = lookupNameOf(node);
        if (lookup && !resolvePlugin(lookups, lookup.value)) report('lookup', lookup.value, lookup.at, lookup.length);
      }
    });
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    const { message, at, length, hint } = error;
    found.push({ severity: 'error', message, position: place(at), length, hint });
  }
  return found;
};

/** The name in `lookup('name', …)`, where it is written out. */
export const lookupNameOf = (
  node: Statement | Expression,
): { value: string; at: number; length: number } | undefined => {
  if (node.kind !== 'call' || node.callee.kind !== 'name' || !lookupFunctions.has(node.callee.name)) return undefined;
  const first = node.arguments.positional[0];
  return first?.kind === 'literal' && typeof first.value === 'string'
    ? { value: first.value, at: first.at, length: first.length }
    : undefined;
};
