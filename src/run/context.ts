import type { Inventory } from '../inventory/inventory.ts';
import type { Vars } from '../language/playbook.ts';
import type { Templar } from '../template/templar.ts';
import type { Value } from '../template/values.ts';
import type { TargetDefaults } from '../transport/target.ts';
import type { Position } from '../util/position.ts';
import type { PlayVariables, Variables } from '../variables/variables.ts';
import type { Compiler } from './compile.ts';
import type { Cursor } from './cursor.ts';
import type { Event, PlayName } from './events.ts';
import type { Links } from './links.ts';
import type { Sources } from './sources.ts';
import type { StartAt } from './start-at.ts';
import type { Step, TaskStep } from './tree.ts';

/** What every part of a run shares. */
export interface RunContext {
  readonly variables: Variables;
  readonly inventory: Inventory;
  readonly templar: Templar;
  readonly links: Links;
  readonly sources: Sources;
  readonly settings: RunSettings;
  /** The hosts that a pattern and `--limit` name. */
  readonly hostsOf: (pattern: Value, position: Position) => readonly string[];
  readonly nextId: () => number;
  readonly startAt: StartAt | undefined;
  /** Reads the inventory's sources anew. */
  readonly refreshInventory: () => void;
  readonly signal: AbortSignal;
  readonly emit: (event: Untimed<Event>) => void;
  readonly addSecret: (secret: string) => void;
  readonly ask: (question: Question) => Promise<string>;
  /** Milliseconds, for durations and freshness. */
  readonly clock: () => number;
  /** Hosts that could not be reached, until `meta: clear_host_errors`. */
  readonly unreachable: Set<string>;
  readonly failed: Set<string>;
}

/** What the command line sets for a whole run; keywords and variables stand above it. */
export interface RunSettings {
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  readonly verbosity: number;
  readonly lookAhead: boolean;
  readonly become: boolean;
  readonly becomeUser?: string | undefined;
  readonly becomeMethod?: string | undefined;
  readonly becomePassword?: string | undefined;
  /** How to reach hosts whose variables say nothing. */
  readonly target: TargetDefaults;
  readonly forks: number;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly gatherFacts: boolean;
  readonly forceHandlers: boolean;
  readonly startAtTask?: string | undefined;
  readonly extraVars: Vars;
}

export interface Question {
  readonly prompt?: string | undefined;
  readonly seconds?: number | undefined;
  readonly echo: boolean;
}

/** A play under way. */
export interface PlayContext extends RunContext {
  readonly name: PlayName;
  readonly play: PlayVariables;
  /** Every handler of the play; roles that are included later add theirs. */
  readonly handlers: Step[];
  /** The batch under way. */
  readonly hosts: ReadonlyMap<string, HostState>;
  readonly compiler: Compiler;
  /** Where a host will stand in the plays that come next, as far as can be told now. */
  readonly beyond: (host: string) => Iterable<{ readonly context: PlayContext; readonly cursor: Cursor }>;
  /** `meta: end_play`, `end_batch`. */
  end: 'no' | 'batch' | 'play';
}

/** One host in a play. */
export interface HostState {
  readonly name: string;
  cursor: Cursor;
  status: 'active' | 'failed' | 'unreachable' | 'ended';
  /** Names that changed tasks gave to `notify`; which handlers they mean is settled when handlers are flushed. */
  readonly notifications: Set<string>;
  /** Handlers that are to run in the flush under way. */
  readonly notified: Set<TaskStep>;
  /** How many looks are sent ahead: fewer while every task changes something. */
  window: number;
  hits: number;
  /** The task where the last walk ahead had to end; undefined where another may get further: the host has come there, or knows more. */
  walkedTo: TaskStep | 'the end' | undefined;
  /** Tasks whose looks have all been sent ahead since the run began, in which nothing has been changed yet. */
  readonly sentAhead: Set<TaskStep>;
}

export type Untimed<E> = E extends unknown ? Omit<E, 'at'> : never;
