import { joinShell, sh } from '../../transport/shell/quote.ts';
import { ModuleFailure } from '../module.ts';
import { type Attributes, applyAttributes, planAttributes } from './attributes.ts';
import { aboutPath, type Planner, planned, run } from './file-plan.ts';
import { stateOf } from './path-result.ts';

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
