import type { Field, Task } from '../language/playbook.ts';
import type { Frame, RoleUse } from '../variables/variables.ts';
import type { Place } from './compile.ts';
import type { TaskName } from './events.ts';
import type { Lineage } from './lineage.ts';
import type { TaskKeywords } from './task-keywords.ts';

/** What a play comes to once roles and static imports are resolved: tasks and blocks in the order in which they run. */
export type Step = TaskStep | BlockStep;

export interface TaskStep {
  readonly kind: 'task';
  readonly order: Order;
  readonly task: Task;
  readonly lineage: Lineage;
  name: TaskName;
  readonly role: RoleInstance | undefined;
  /** The names that its expressions see; made once, used for every host. */
  readonly frame: Frame;
  /** Where it stands, for what it includes. */
  readonly place: Place;
  readonly keywords: TaskKeywords;
  /** Not from the playbook: gathering facts, flushing handlers between the sections of a play. */
  readonly implicit: boolean;
  readonly listen: Field | undefined;
  /** What dynamic includes by this task led to, by file and variables, shared by the hosts. */
  readonly included: Map<string, Inclusion>;
}

export interface BlockStep {
  readonly kind: 'block';
  readonly order: Order;
  readonly block: readonly Step[];
  readonly rescue: readonly Step[];
  readonly always: readonly Step[];
  /** The role that this block is the whole of. */
  readonly role?: RoleInstance | undefined;
}

/** One use of a role in a play; two uses with equal parameters are one instance, which runs once for each host. */
export interface RoleInstance {
  readonly use: RoleUse;
  readonly name: string;
  readonly path: string;
  readonly allowDuplicates: boolean;
  /** The hosts for which a task of it was not skipped; for others it is not complete at its end. */
  readonly ran: Set<string>;
  readonly completed: Set<string>;
}

export interface Inclusion {
  readonly steps: readonly Step[];
  readonly rank: Rank;
}

/** Where a dynamic include stands among its task's others: known when the first host gets there. */
export interface Rank {
  value: number;
}

/** A step's place in the play; compared element by element. */
export type Order = readonly (number | Rank)[];

export const compareOrder = (a: Order, b: Order): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = rankOf(a[i] as number | Rank) - rankOf(b[i] as number | Rank);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};

const rankOf = (part: number | Rank): number => (typeof part === 'number' ? part : part.value);
