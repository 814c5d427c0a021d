import { nearest } from '../util/nearest.ts';
import { filters } from './filters/list.ts';
import { lookups } from './lookups/list.ts';
import type { Plugin } from './plugin.ts';
import { TemplateError } from './template-error.ts';
import { tests } from './tests/list.ts';

const builtin = /^ansible\.(?:builtin|legacy)\./;

/** The plugin of a name, short or with `ansible.builtin.` before it. */
export const resolvePlugin = (plugins: ReadonlyMap<string, Plugin>, name: string): Plugin | undefined =>
  plugins.get(name) ?? plugins.get(name.replace(builtin, ''));

const lists: Readonly<Record<'filter' | 'test' | 'lookup', () => ReadonlyMap<string, Plugin>>> = {
  filter: () => filters,
  test: () => tests,
  lookup: () => lookups,
};

/** What was meant by the name of a filter, test or lookup that does not exist. */
export const hintForName = (kind: 'filter' | 'test' | 'lookup', name: string): string | undefined => {
  const guess = nearest(name.replace(builtin, ''), lists[kind]().keys());
  if (guess) return `did you mean '${guess}'?`;
  for (const other of ['filter', 'test', 'lookup'] as const) {
    if (other !== kind && resolvePlugin(lists[other](), name)) return `'${name}' is a ${other}`;
  }
  return undefined;
};

export const unknownPlugin = (kind: 'filter' | 'test' | 'lookup', name: string): TemplateError =>
  new TemplateError(`there is no ${kind} '${name}'`, { hint: hintForName(kind, name) });
