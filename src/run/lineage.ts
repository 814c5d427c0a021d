import type { Field, Keywords } from '../language/playbook.ts';

/**
 * What a task inherits: its own keywords, then those of the blocks, static imports, roles and the play around it.
 * Innermost first. Made once for a task, whatever the number of hosts.
 */
export interface Lineage {
  readonly keywords: Keywords;
  readonly parent: Lineage | undefined;
}

export const extendLineage = (parent: Lineage | undefined, keywords: Keywords): Lineage => ({ keywords, parent });

/** The innermost value of a keyword; undefined where nobody sets it. */
export const inherited = (lineage: Lineage | undefined, name: string): Field | undefined => {
  for (let at = lineage; at; at = at.parent) {
    const field = at.keywords.get(name);
    if (field) return field;
  }
  return undefined;
};

/** Every value of a keyword that adds up (`when`, `tags`, `environment`, `module_defaults`, `vars`), outermost first. */
export const accumulated = (lineage: Lineage | undefined, name: string): readonly Field[] => {
  const fields: Field[] = [];
  for (let at = lineage; at; at = at.parent) {
    const field = at.keywords.get(name);
    if (field) fields.push(field);
  }
  return fields.reverse();
};
