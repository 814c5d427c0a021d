import { type Change, ModuleFailure, type Plan } from '../module.ts';
import { result } from '../read.ts';
import { type AptFound, aptWord, installedFor, isNamed, type Simulation } from './apt-look.ts';
import type { AptWanted } from './apt-wanted.ts';
import { isGlob, matchesGlob } from './package-spec.ts';

/** What `apply` runs: one `apt-get`'s words, and whether the lists are read first. */
export interface AptSteps {
  readonly update: boolean;
  readonly run: readonly string[] | undefined;
  readonly clean: readonly string[];
  /** A file that is removed when all is done. */
  readonly scratch?: string | undefined;
}

export const planApt = (wanted: AptWanted, found: AptFound, checkMode: boolean): Plan => {
  const steps = aptSteps(wanted, found);
  // A virtual package that an installed one provides is there, though apt will not install it by that name.
  const asks = steps.run !== undefined || wanted.state !== 'present';
  if (found.simulation && found.simulation.code !== 0 && asks && !steps.update)
    failAsApt(wanted, found.simulation.output);
  const changes = changesOf(wanted, found, steps);
  const alone = steps.update && steps.run === undefined && wanted.packages.length === 0 && wanted.upgrade === 'no';
  const changed = changes.length > 0;
  const planned = result({
    changed: changed || alone,
    cache_updated: steps.update,
    cache_update_time: steps.update ? found.now : found.listsTime,
    ...(checkMode && changed && found.simulation ? { stdout: found.simulation.output, stderr: '' } : {}),
  });
  const runs = steps.update || steps.clean.length > 0;
  return {
    outcome: runs && !checkMode ? 'act' : changed || alone ? 'change' : 'nothing',
    changes: alone ? [{ what: 'package lists', before: null, after: 'read again' }, ...changes] : changes,
    result: planned,
    makesTrue: wanted.packages.map((spec) => ({
      kind: 'package',
      name: spec.name,
      state: { state: wanted.state === 'absent' ? 'absent' : 'present' },
    })),
  };
};

/** Whether the lists are old enough to be read again. */
export const readsLists = (wanted: AptWanted, found: AptFound): boolean =>
  wanted.updateCache && found.listsTime + wanted.cacheValidTime <= found.now;

export const aptSteps = (wanted: AptWanted, found: AptFound): AptSteps => {
  const update = readsLists(wanted, found);
  const clean = [...(wanted.clean ? ['clean'] : []), ...(wanted.autoclean ? ['autoclean'] : [])];
  // As ansible-core: where lists were read and nothing else was asked for by name, the task ends there.
  const nothingElse = wanted.packages.length === 0 && wanted.upgrade === 'no' && wanted.state !== 'fixed';
  if (wanted.updateCache && nothingElse) return { update, run: undefined, clean: wanted.clean ? ['clean'] : [] };
  return { update, run: runOf(wanted, found, update), clean: nothingElse ? clean : wanted.clean ? ['clean'] : [] };
};

const runOf = (wanted: AptWanted, found: AptFound, update: boolean): string[] | undefined => {
  const moves =
    found.simulation === undefined || found.simulation.installs.length + found.simulation.removes.length > 0;
  if (wanted.upgrade !== 'no') {
    const words = wanted.upgrade === 'safe' ? ['upgrade', '--with-new-pkgs'] : ['dist-upgrade'];
    return moves || update ? words : undefined;
  }
  const purge = wanted.purge ? ['--purge'] : [];
  if (wanted.packages.length === 0) {
    if (wanted.state === 'fixed') return moves || update ? ['install', '-f'] : undefined;
    return wanted.autoremove && moves ? [...purge, 'autoremove'] : undefined;
  }
  if (wanted.state === 'absent') {
    const gone = [
      ...new Set(
        wanted.packages.flatMap((spec) => [
          ...installedFor(spec, found),
          ...(wanted.purge && spec.version === undefined
            ? found.packages.filter((pack) => isNamed(spec, pack) && pack.status === 'config-files')
            : []),
        ]),
      ),
    ].map((pack) => pack.name);
    return gone.length > 0 ? [...purge, 'remove', ...new Set(gone)] : undefined;
  }
  if (wanted.state === 'build-dep' || wanted.state === 'latest' || wanted.state === 'fixed') {
    const words = wanted.packages.map(aptWord);
    const verb =
      wanted.state === 'build-dep' ? ['build-dep'] : wanted.state === 'fixed' ? ['install', '-f'] : ['install'];
    return moves || update ? [...verb, ...words] : undefined;
  }
  const missing = missingWords(wanted, found);
  return missing.length > 0 ? ['install', ...missing] : undefined;
};

/** The specs of `present` that are not met, as apt takes them. */
const missingWords = (wanted: AptWanted, found: AptFound): string[] => {
  const words: string[] = [];
  for (const spec of wanted.packages) {
    if (isGlob(spec.name)) {
      const names = found.available.filter((name) => matchesGlob(spec.name, name));
      if (names.length === 0 && installedFor(spec, found).length === 0)
        throw new ModuleFailure(`No package(s) matching '${spec.name}' available`);
      const installed = new Set(installedFor(spec, found).map((pack) => pack.name));
      const suffix = spec.operator === '=' ? `=${spec.version}` : '';
      words.push(...names.filter((name) => !installed.has(name)).map((name) => name + suffix));
    } else if (installedFor(spec, found).length === 0) {
      const known = found.packages.some((pack) => isNamed(spec, pack) && pack.status === 'installed');
      if (wanted.onlyUpgrade && !known) continue;
      if (known || spec.version !== undefined || !found.provided.has(spec.name)) words.push(aptWord(spec));
    }
  }
  return words;
};

const changesOf = (wanted: AptWanted, found: AptFound, steps: AptSteps): Change[] => {
  if (steps.run === undefined) return [];
  if (found.simulation && found.simulation.code === 0) return changesOfSimulation(found.simulation);
  if (wanted.state === 'latest' || wanted.upgrade !== 'no' || wanted.state === 'build-dep') return [];
  const verb = steps.run.findIndex((word) => word === 'install' || word === 'remove');
  return steps.run
    .slice(verb + 1)
    .filter((word) => !word.startsWith('-'))
    .map((word): Change => {
      const [name, version] = word.split('=') as [string, string | undefined];
      const before = found.packages.find((pack) => pack.name === name && pack.status === 'installed')?.version;
      if (wanted.state === 'absent')
        return { what: `package ${name}`, before: before ?? 'configuration files', after: null };
      return { what: `package ${name}`, before: before ?? null, after: version ?? 'installed' };
    });
};

export const changesOfSimulation = (simulation: Simulation): Change[] => [
  ...simulation.removes.map(({ name, before }) => ({ what: `package ${name}`, before, after: null })),
  ...simulation.installs.map(({ name, before, after }) => ({ what: `package ${name}`, before, after })),
];

/** apt's own refusals, in the words that ansible-core has for them. */
export const failAsApt = (wanted: AptWanted, output: string): never => {
  const missing =
    /^E: Unable to locate package (\S+)$/m.exec(output) ??
    /^E: Package '([^']+)' has no installation candidate/m.exec(output);
  if (missing) throw new ModuleFailure(`No package matching '${missing[1]}' is available`);
  const version = /^E: Version '([^']+)' for '([^']+)' was not found/m.exec(output);
  if (version) throw new ModuleFailure(`no available installation candidate for ${version[2]}=${version[1]}`);
  const errors = output.split('\n').filter((line) => line.startsWith('E: '));
  const names = wanted.packages.map((spec) => spec.text).join(' ');
  throw new ModuleFailure(`apt-get would refuse ${names || wanted.state}: ${errors.join('\n') || output.trim()}`, [
    ['stdout', output],
  ]);
};
