import type { Dict, Value } from '../../template/values.ts';
import { type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Change, ModuleContext } from '../module.ts';
import { result } from '../read.ts';
import type { FileStat } from '../shell/stat.ts';
import type { AttributePlan } from './attributes.ts';
import type { FileFound, FilePlan, FileWanted } from './file-wanted.ts';
import { pathResult, stateOf, stateText } from './path-result.ts';

export type Planner = (wanted: FileWanted, found: FileFound, context: ModuleContext) => FilePlan;
export type State = Record<string, unknown>;

interface Parts {
  /** The key under which the result names the path. */
  readonly key: 'path' | 'dest';
  readonly extra?: Record<string, Value>;
  readonly changes: readonly Change[];
  readonly before?: State;
  readonly after?: State;
  readonly script: ShellText;
  /** The mode that a new path has before its attributes are set: ansible-core's diff of a real run begins there. */
  readonly creating?: number | undefined;
  /** What the result tells of the path before anything is done. */
  /** There is nothing yet whose properties a check run could compare. */
  readonly fresh?: boolean;
  readonly told?: FileStat | undefined;
  readonly tell?: boolean;
  readonly silent?: boolean;
}

/** Puts the plan together: what the state needs, what the attributes need, and what is told of both. */
export const planned = (found: FileFound, own: AttributePlan, context: ModuleContext, parts: Parts): FilePlan => {
  const changes = [...parts.changes, ...own.changes];
  const base: Dict = result({ changed: changes.length > 0, [parts.key]: found.path, ...parts.extra });
  const told = 'told' in parts ? parts.told : found.stat;
  const quiet = (parts.creating !== undefined || parts.fresh === true) && context.checkMode;
  const ownBefore =
    parts.creating !== undefined && own.after.mode !== undefined ? createdBefore(own, parts.creating) : own.before;
  const before = { path: found.path, ...parts.before, ...(quiet ? {} : ownBefore) };
  const after = { path: found.path, ...parts.after, ...(quiet ? {} : own.after) };
  return {
    outcome: changes.length > 0 ? 'change' : 'nothing',
    changes,
    result: new Map([...base, ...pathResult(told)]),
    ...(parts.silent ? {} : { diff: stateDiff(before, after) }),
    makesTrue: [
      { kind: 'file', name: found.path, state: { state: String(parts.after?.state ?? stateOf(found.stat)) } },
    ],
    script: parts.script,
    base,
    tell: parts.tell === false ? undefined : found.path,
  };
};

const createdBefore = (own: AttributePlan, mode: number): State => ({
  ...own.before,
  mode: `0${mode.toString(8).padStart(3, '0')}`,
});

export const stateDiff = (before: State, after: State): FilePlan['diff'] => {
  const [old, now] = [stateText(before), stateText(after)];
  return old === now ? [] : [{ before: old, after: now, beforeHeader: 'before', afterHeader: 'after' }];
};

export const aboutPath = (key: string, found: FileFound): [string, Value][] => [
  [key, found.path],
  ...([...pathResult(found.stat)] as [string, Value][]),
];

/** Shell text that fails with what the program said. */
export const run = (command: ShellText, doing: string, path: string): ShellText =>
  sh`kb_err=$(${command} 2>&1) || kb_fail ${`There was an issue ${doing} ${path} as requested: `}"\${kb_err##*: }"`;
