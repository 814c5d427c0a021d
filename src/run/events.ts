import type { Change, Diff } from '../modules/module.ts';
import type { Value } from '../template/values.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';

/**
 * Everything that a run tells. The terminal, JSON lines, JUnit, the exit code and every test read this union and nothing
 * else; secrets are redacted before an event is sent. `at` is milliseconds since the run began.
 */
export type Event = { readonly at: number } & (
  | { readonly type: 'run-start'; readonly playbooks: readonly string[]; readonly checkMode: boolean }
  | { readonly type: 'play-start'; readonly play: PlayName; readonly hosts: readonly string[] }
  | {
      readonly type: 'batch-start';
      readonly play: PlayName;
      readonly hosts: readonly string[];
      readonly number: number;
    }
  | { readonly type: 'task-start'; readonly task: TaskName; readonly hosts: readonly string[] }
  | { readonly type: 'host-start'; readonly task: TaskName; readonly host: string }
  | {
      readonly type: 'output';
      readonly task: TaskName;
      readonly host: string;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  /** How far a module is that takes long, in a few words; it stands until the next, or until the task ends there. */
  | { readonly type: 'progress'; readonly task: TaskName; readonly host: string; readonly text: string }
  | {
      readonly type: 'retry';
      readonly task: TaskName;
      readonly host: string;
      readonly left: number;
      readonly result: Value;
    }
  | ({ readonly type: 'item-result'; readonly item: Value; readonly label: string } & Outcome)
  /** `looped`: what happened was told item by item already. */
  | ({ readonly type: 'task-result'; readonly looped: boolean } & Outcome)
  | { readonly type: 'include'; readonly task: TaskName; readonly file: string; readonly hosts: readonly string[] }
  | {
      readonly type: 'unreachable';
      readonly task: TaskName | undefined;
      readonly host: string;
      readonly message: string;
      readonly hint: string | undefined;
      readonly ignored: boolean;
    }
  | { readonly type: 'warning'; readonly diagnostic: Diagnostic; readonly host: string | undefined }
  | { readonly type: 'handlers-lost'; readonly host: string; readonly handlers: readonly string[] }
  | { readonly type: 'no-hosts'; readonly play: PlayName; readonly reason: 'no hosts matched' | 'no hosts remaining' }
  | {
      readonly type: 'run-end';
      readonly recap: ReadonlyMap<string, Recap>;
      readonly traffic: ReadonlyMap<string, { readonly messages: number; readonly dials: number }>;
      readonly interrupted: boolean;
    }
);

export interface PlayName {
  readonly id: number;
  readonly name: string;
  readonly position: Position;
}

export interface TaskName {
  readonly id: number;
  readonly name: string;
  /** As Ansible prints it: `role : name` inside a role. */
  readonly title: string;
  readonly module: string;
  readonly position: Position;
  readonly role: string | undefined;
  readonly handler: boolean;
}

export interface Outcome {
  readonly task: TaskName;
  readonly host: string;
  /** The host that the task ran on, where `delegate_to` names another. */
  readonly delegatedTo: string | undefined;
  readonly status: 'ok' | 'changed' | 'skipped' | 'failed';
  readonly ignored: boolean;
  /** A failure that a `rescue` takes over; it does not count as failed in the recap. */
  readonly rescued: boolean;
  /** The whole registered result; censored where `no_log` says so. */
  readonly result: Value;
  readonly changes: readonly Change[];
  readonly diff: readonly Diff[];
  /** Where in the user's files the reason of a failure stands. */
  readonly diagnostics: readonly Diagnostic[];
  readonly durationMs: number;
}

/** The counts of ansible-core's recap line. */
export interface Recap {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly skipped: number;
  readonly rescued: number;
  readonly ignored: number;
}

export type Listener = (event: Event) => void;
