import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Change, ModuleFailure } from '../module.ts';
import { result } from '../read.ts';
import { applyAttributes, planAttributes } from './attributes.ts';
import { aboutPath, type Planner, planned, run, type State, stateDiff } from './file-plan.ts';
import { type Time, touchTime } from './file-times.ts';
import type { FileFound, FileWanted } from './file-wanted.ts';
import { pathResult, stateOf } from './path-result.ts';

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
