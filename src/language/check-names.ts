import { type FreeName, freeNames } from '../template/free-names.ts';
import { globals } from '../template/globals/list.ts';
import { Template, type Value } from '../template/values.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import { type Position, positionWithin } from '../util/position.ts';

interface Use {
  readonly name: string;
  readonly position: Position;
}

/**
 * Which names the files of a run set, and which are read whatever happens. A name that is read and set nowhere is a mistake, as
 * long as every place that could set one is known: a role whose name is a template, say, may set anything.
 */
export class NameBook {
  readonly #set = new Set<string>(alwaysThere);
  readonly #uses: Use[] = [];
  #open = false;

  define(names: Iterable<string>): void {
    for (const name of names) this.#set.add(name);
  }

  /** Something may set names that no file tells. */
  leaveOpen(): void {
    this.#open = true;
  }

  /** The names that a value's templates read. */
  use(value: Value, position: Position | undefined): void {
    if (value instanceof Template)
      this.#add(freeNames(value.source, 'template'), value.source, value.position ?? position);
    else if (Array.isArray(value)) for (const item of value) this.use(item, position);
    else if (value instanceof Map) for (const item of value.values()) this.use(item, position);
  }

  useExpression(text: string, position: Position | undefined): void {
    this.#add(freeNames(text, 'expression'), text, position);
  }

  undefinedNames(): readonly Diagnostic[] {
    if (this.#open) return [];
    return this.#uses
      .filter(({ name }) => !this.#set.has(name) && !/^ansible_/.test(name))
      .map(({ name, position }) => {
        const meant = nearest(name, this.#set);
        return {
          severity: 'error',
          message: `'${name}' is undefined: no inventory, play, role or task sets it`,
          position,
          length: name.length,
          hint: meant ? `did you mean ${meant}?` : `set it, or write ${name} | default(…)`,
        };
      });
  }

  #add(names: readonly FreeName[], text: string, start: Position | undefined): void {
    if (start) for (const { name, at } of names) this.#uses.push({ name, position: positionWithin(start, text, at) });
  }
}

/** Magic variables and what templates bring themselves. */
const alwaysThere: readonly string[] = [
  ...globals.keys(),
  ...[
    'true',
    'false',
    'none',
    'True',
    'False',
    'None',
    'omit',
    'now',
    'lipsum',
    'item',
    'vars',
    'hostvars',
    'groups',
    'group_names',
    'environment',
  ],
  ...[
    'inventory_hostname',
    'inventory_hostname_short',
    'inventory_file',
    'inventory_dir',
    'playbook_dir',
    'play_hosts',
  ],
  ...['role_name', 'role_path', 'role_names'],
];
