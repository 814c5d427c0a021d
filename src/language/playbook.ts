import type { Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';

/**
 * The typed tree of a playbook. Keywords keep their values unrendered, each with its place; what a keyword means is
 * decided where it is used (`run/`), which names exist and where is decided in `keywords.ts`.
 */
export interface Playbook {
  readonly file: string;
  readonly entries: readonly (Play | ImportPlaybook)[];
}

export interface Field {
  readonly value: Value;
  /** Of the key. */
  readonly position: Position;
  /** Of the value. */
  readonly valuePosition: Position;
}

/** Variables as a file holds them; `positionOf(vars, name)` of `positions.ts` tells where each one stands. */
export type Vars = ReadonlyMap<string, Value>;

export type Keywords = ReadonlyMap<string, Field>;

export interface Play {
  readonly kind: 'play';
  readonly position: Position;
  readonly keywords: Keywords;
  readonly preTasks: readonly TaskNode[];
  readonly roles: readonly RoleEntry[];
  readonly tasks: readonly TaskNode[];
  readonly postTasks: readonly TaskNode[];
  readonly handlers: readonly TaskNode[];
}

export interface ImportPlaybook {
  readonly kind: 'import_playbook';
  readonly position: Position;
  readonly file: Field;
  readonly keywords: Keywords;
}

export interface RoleEntry {
  readonly position: Position;
  readonly role: Field;
  readonly keywords: Keywords;
  /** Every other key: the role's parameters. */
  readonly parameters: ReadonlyMap<string, Field>;
}

export type TaskNode = Task | Block;

export interface Block {
  readonly kind: 'block';
  readonly position: Position;
  readonly keywords: Keywords;
  readonly block: readonly TaskNode[];
  readonly rescue: readonly TaskNode[];
  readonly always: readonly TaskNode[];
}

export interface Task {
  readonly kind: 'task';
  readonly position: Position;
  readonly keywords: Keywords;
  /** The module's name as it was written, short or fully qualified; also `include_tasks`, `import_role`, `meta` … */
  readonly module: { readonly name: string; readonly position: Position };
  /**
   * The arguments: always a mapping, `args:` merged in and one-line forms split. A text without a key is under `_raw_params`
   * (a command line, `meta: flush_handlers`); arguments that are one template (`copy: "{{ a }}"`) under `_variable_params`.
   */
  readonly args: Field;
  /** `with_items: …` as lookup name and terms; undefined where the task has `loop` or no loop. */
  readonly withLookup?: { readonly name: string; readonly terms: Field } | undefined;
}

/** A role's folder, read. Files that are absent give empty lists and maps. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly tasks: readonly TaskNode[];
  readonly handlers: readonly TaskNode[];
  readonly defaults: Vars;
  readonly vars: Vars;
  readonly dependencies: readonly RoleEntry[];
  readonly allowDuplicates: boolean;
  readonly argumentSpecs: Value;
}
