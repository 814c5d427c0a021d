import type { Dict, Value } from '../../template/values.ts';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Change, type ModuleContext, ModuleFailure } from '../module.ts';
import { result } from '../read.ts';
import type { FileStat } from '../shell/stat.ts';
import { type AttributePlan, type Attributes, applyAttributes, planAttributes } from './attributes.ts';
import { type Time, touchTime } from './file-times.ts';
import type { FileFound, FilePlan, FileWanted } from './file-wanted.ts';
import { pathResult, stateOf, stateText } from './path-result.ts';

type Planner = (wanted: FileWanted, found: FileFound, context: ModuleContext) => FilePlan;
type State = Record<string, unknown>;

export const planAbsent: Planner = (_wanted, found) => {
  const base = result({ changed: found.stat !== undefined, path: found.path, state: 'absent' });
  if (!found.stat) return { outcome: 'nothing', changes: [], result: base, script: sh``, base, tell: undefined };
  const state = stateOf(found.stat);
  const content =
    state === 'directory' && found.below.length > 0
      ? {
          path_content: {
            directories: found.below
              .filter((each) => each.stat.type === 'directory')
              .map((each) => each.path)
              .sort(),
            files: found.below
              .filter((each) => each.stat.type !== 'directory')
              .map((each) => each.path)
              .sort(),
          },
        }
      : {};
  return {
    outcome: 'change',
    changes: [{ what: found.path, before: state, after: 'absent' }],
    result: result({ changed: true, path: found.path, ...Object.fromEntries(pathResult(found.stat)) }),
    diff: stateDiff({ path: found.path, state, ...content }, { path: found.path, state: 'absent' }),
    makesTrue: [{ kind: 'file', name: found.path, state: { state: 'absent' } }],
    script: run(
      state === 'directory' ? sh`rm -rf -- ${found.path}` : sh`rm -f -- ${found.path}`,
      'removing',
      found.path,
    ),
    base,
    tell: undefined,
  };
};

export const planDirectory: Planner = (wanted, given, context) => {
  const followed = given.stat?.type === 'link' && wanted.follow && given.target !== undefined;
  const found = followed ? { ...given, path: given.real ?? given.path, stat: given.target } : given;
  const about = aboutPath('path', found);
  if (found.stat && found.stat.type !== 'directory')
    throw new ModuleFailure(`${found.path} already exists as a ${stateOf(found.stat)}`, about);
  const fresh = { mode: 0o777 & ~found.attributes.umask, directory: true };
  const own = planAttributes(wanted.attributes, found.attributes, found.stat, fresh);
  if (!found.stat) {
    const made = found.missing.map(
      (path) => sh`${run(sh`mkdir -- ${path}`, 'creating', path)}
${applyAttributes(own, sh`${path}`)}`,
    );
    return planned(found, own, context, {
      key: 'path',
      changes: found.missing.map((path): Change => ({ what: path, before: 'absent', after: 'directory' })),
      before: { state: 'absent' },
      after: { state: 'directory' },
      script: joinShell(made),
      creating: fresh.mode,
    });
  }
  const below = wanted.recurse ? planBelow(wanted, found) : { changes: [], script: sh`` };
  return planned(found, own, context, {
    key: 'path',
    changes: below.changes,
    script: joinShell([applyAttributes(own, sh`${found.path}`), below.script]),
  });
};

/** The same attributes for all that is below; symbols count from what each path has. */
const planBelow = (wanted: FileWanted, found: FileFound): { changes: Change[]; script: ShellText } => {
  const changes: Change[] = [];
  const scripts: ShellText[] = [];
  for (const { path, stat } of found.below) {
    const plan = planAttributes(wanted.attributes, found.attributes, stat, { mode: stat.mode, directory: false });
    if (plan.changes.length === 0) continue;
    changes.push(...plan.changes.map((change) => ({ ...change, what: `${path}: ${change.what}` })));
    scripts.push(applyAttributes(plan, sh`${path}`, stat.type === 'link'));
  }
  return { changes, script: joinShell(scripts) };
};

export const planFile: Planner = (wanted, given, context) => {
  const followed = given.stat?.type === 'link' && wanted.follow;
  const found = followed ? { ...given, path: given.real ?? given.path, stat: given.target } : given;
  const state = stateOf(found.stat);
  if (wanted.recurse)
    throw new ModuleFailure("recurse option requires state to be 'directory'", aboutPath('path', found));
  if (state !== 'file' && state !== 'hard') {
    throw new ModuleFailure(`file (${found.path}) is ${state}, cannot continue`, [
      ...aboutPath('path', found),
      ['state', state],
    ]);
  }
  const own = planAttributes(wanted.attributes, found.attributes, found.stat, { mode: 0, directory: false });
  const times = planTimes(wanted.atime, wanted.mtime, found);
  return planned(found, own, context, {
    key: 'path',
    changes: times.changes,
    before: times.before,
    after: times.after,
    script: joinShell([times.script, applyAttributes(own, sh`${found.path}`)]),
  });
};

export const planTouch: Planner = (wanted, given, context) => {
  const followed = given.stat?.type === 'link' && wanted.follow && given.target !== undefined;
  const found = followed ? { ...given, path: given.real ?? given.path, stat: given.target } : given;
  const fresh = { mode: 0o666 & ~found.attributes.umask, directory: false };
  const own = planAttributes(wanted.attributes, found.attributes, found.stat, fresh);
  const [atime, mtime]: [Time, Time] = [wanted.atime ?? 'now', wanted.mtime ?? 'now'];
  const times = planTimes(atime, mtime, found);
  const path = sh`${found.path}`;
  const make = found.stat ? sh`` : run(sh`touch -- ${found.path}`, 'touching', found.path);
  return planned(found, own, context, {
    key: 'dest',
    changes: found.stat ? times.changes : [{ what: found.path, before: 'absent', after: 'file' }],
    before: { state: stateOf(found.stat), ...times.before },
    after: { state: 'touch', ...times.after },
    script: joinShell([make, applyAttributes(own, path), times.script]),
    creating: found.stat ? undefined : fresh.mode,
    silent: found.stat === undefined && context.checkMode,
  });
};

const planTimes = (
  atime: Time,
  mtime: Time,
  found: FileFound,
): { changes: Change[]; before: State; after: State; script: ShellText } => {
  const changes: Change[] = [];
  const before: State = {};
  const after: State = {};
  const scripts: ShellText[] = [];
  const each = (what: 'atime' | 'mtime', time: Time, wantedSeconds: string | undefined): void => {
    const now = found.stat?.[what];
    if (time === undefined || time === 'preserve' || (now !== undefined && Number(now) === Number(wantedSeconds)))
      return;
    changes.push({ what, before: now ?? null, after: wantedSeconds ?? 'now' });
    if (now !== undefined) before[what] = Number(now);
    after[what] = wantedSeconds === undefined ? 'now' : Number(wantedSeconds);
    scripts.push(touchTime(what === 'atime' ? '-a' : '-m', time, sh`${found.path}`));
  };
  each('atime', atime, found.atime);
  each('mtime', mtime, found.mtime);
  // One call sets both where both are now: the same instant.
  const both = atime === 'now' && mtime === 'now' ? sh`touch -c -- ${found.path}` : joinShell(scripts);
  return { changes, before, after, script: both };
};

export const planLink: Planner = (wanted, found, context) => {
  const { path, stat } = found;
  const state = stateOf(stat);
  const src = found.src ?? (wanted.follow && found.target ? stat?.target : undefined);
  if (wanted.src === undefined && state !== 'link')
    throw new ModuleFailure('src is required for creating new symlinks', aboutPath('path', found));
  const target = found.srcStat ?? (wanted.src === undefined ? found.target : undefined);
  if (wanted.src !== undefined && !target && !wanted.force) {
    const message = `src file does not exist, use 'force=yes' if you really want to create the link: `;
    throw new ModuleFailure(
      `${message}${found.src?.startsWith('/') ? found.src : `${path.replace(/[^/]*$/, '')}${found.src}`}`,
      [
        ['path', path],
        ['src', wanted.src],
      ],
    );
  }
  if (state === 'directory' && !wanted.force)
    throw new ModuleFailure(`refusing to convert from directory to symlink for ${path}`, aboutPath('path', found));
  if (state === 'directory' && found.full)
    throw new ModuleFailure(`the directory ${path} is not empty, refusing to convert it`, aboutPath('path', found));
  if ((state === 'file' || state === 'hard') && !wanted.force)
    throw new ModuleFailure(`refusing to convert from ${state} to symlink for ${path}`, aboutPath('path', found));
  const turns = state === 'link' && wanted.src !== undefined && stat?.target !== src;
  const makes = state !== 'link' || turns;
  // Properties are those of what the link leads to, or of the link itself; a link that leads nowhere has none to set.
  const aim = wanted.follow ? target : stat;
  const settable =
    wanted.follow && !target
      ? noAttributes
      : wanted.follow
        ? wanted.attributes
        : { ...wanted.attributes, mode: undefined };
  const own = planAttributes(settable, found.attributes, aim, { mode: 0o777, directory: false });
  const link = joinShell([
    state === 'absent'
      ? sh``
      : state === 'directory'
        ? run(sh`rmdir -- ${path}`, 'removing', path)
        : run(sh`rm -f -- ${path}`, 'removing', path),
    run(sh`ln -s -- ${src ?? ''} ${path}`, 'linking', path),
  ]);
  return planned({ ...found, stat: aim }, own, context, {
    key: 'dest',
    extra: { src: src ?? null },
    changes: makes ? [{ what: path, before: turns ? `link to ${stat?.target}` : state, after: `link to ${src}` }] : [],
    before: turns ? { src: stat?.target } : makes ? { state } : {},
    after: turns ? { src } : makes ? { state: 'link' } : {},
    script: joinShell([makes ? link : sh``, applyAttributes(own, sh`${path}`, !wanted.follow)]),
    fresh: state === 'absent' || turns,
    told: state === 'link' && !found.target ? undefined : stat,
    tell: target !== undefined,
  });
};

const noAttributes: Attributes = {
  mode: undefined,
  owner: undefined,
  group: undefined,
  flags: undefined,
  context: undefined,
  unsafeWrites: false,
};

export const planHard: Planner = (wanted, found, context) => {
  const { path, stat, srcStat } = found;
  const state = stateOf(stat);
  if (wanted.src === undefined)
    throw new ModuleFailure('src is required for creating new hardlinks', aboutPath('dest', found));
  if (!srcStat)
    throw new ModuleFailure('src does not exist', [
      ['dest', path],
      ['src', wanted.src],
    ]);
  const same = stat !== undefined && stat.inode === srcStat.inode && stat.device === srcStat.device;
  if (!same && state === 'directory')
    throw new ModuleFailure(`refusing to convert from directory to hardlink for ${path}`, aboutPath('dest', found));
  if (!same && state !== 'absent' && !wanted.force)
    throw new ModuleFailure(`Cannot link, different hard link exists at destination`, [
      ['dest', path],
      ['src', wanted.src],
    ]);
  const own = planAttributes(wanted.attributes, found.attributes, srcStat, { mode: 0, directory: false });
  const make = same
    ? sh``
    : joinShell([
        state === 'absent' ? sh`` : run(sh`rm -f -- ${path}`, 'removing', path),
        run(sh`ln -- ${found.src ?? ''} ${path}`, 'linking', path),
      ]);
  return planned(found, own, context, {
    key: 'dest',
    extra: { src: found.src ?? null },
    changes: same ? [] : [{ what: path, before: state, after: `hard link to ${found.src}` }],
    before: same ? {} : { state },
    after: same ? {} : { state: 'hard' },
    script: joinShell([make, applyAttributes(own, sh`${path}`)]),
  });
};

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
const planned = (found: FileFound, own: AttributePlan, context: ModuleContext, parts: Parts): FilePlan => {
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

const stateDiff = (before: State, after: State): FilePlan['diff'] => {
  const [old, now] = [stateText(before), stateText(after)];
  return old === now ? [] : [{ before: old, after: now, beforeHeader: 'before', afterHeader: 'after' }];
};

const aboutPath = (key: string, found: FileFound): [string, Value][] => [
  [key, found.path],
  ...([...pathResult(found.stat)] as [string, Value][]),
];

/** Shell text that fails with what the program said. */
const run = (command: ShellText, doing: string, path: string): ShellText =>
  sh`kb_err=$(${command} 2>&1) || kb_fail ${`There was an issue ${doing} ${path} as requested: `}"\${kb_err##*: }"`;
