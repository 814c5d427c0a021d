import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, type Arguments, defineModule, type HostModule, ModuleFailure, type Plan } from '../module.ts';
import { flag, result, text, texts } from '../read.ts';
import { kbSection, parseSections, type Section, sectionOf } from '../shell/sections.ts';
import { commonOptions, type Manager, managers } from './managers.ts';

export interface ManagerWanted {
  readonly names: readonly string[];
  readonly state: 'present' | 'absent' | 'latest';
  readonly refresh: boolean;
  readonly upgradeAll: boolean;
  readonly autoremove: boolean;
  readonly words: readonly string[];
}

export interface ManagerFound {
  readonly installed: ReadonlySet<string>;
}

export const wantedByManager = (manager: Manager, args: Arguments): ManagerWanted => {
  const said = text(args, 'state') ?? 'present';
  const names = texts(args, 'name').filter((name) => name !== '');
  const several = (name: string): string[] =>
    Array.isArray(args.get(name))
      ? texts(args, name)
      : ([text(args, name)].filter((value) => value !== undefined && value !== '') as string[]);
  const everything = names.includes('*') && said === 'latest';
  return {
    names: names.filter((name) => !(everything && name === '*')),
    state: said === 'installed' ? 'present' : said === 'removed' ? 'absent' : (said as ManagerWanted['state']),
    refresh: flag(args, 'update_cache'),
    upgradeAll: everything || (names.length === 0 && flag(args, 'upgrade')),
    autoremove: flag(args, 'autoremove'),
    words: manager.words((name) => flag(args, name), several),
  };
};

/** A section `has NAME` for each package; its code is 0 where it is installed. */
export const managerLook = (manager: Manager, wanted: ManagerWanted): ShellText =>
  joinShell([
    sh`kb_has() { ${manager.isInstalled}; }`,
    ...wanted.names.map((name) => sh`kb_section ${`has ${name}`} kb_has ${name}`),
  ]);

export const parseManagerLook = (wanted: ManagerWanted, sections: ReadonlyMap<string, Section>): ManagerFound => ({
  installed: new Set(wanted.names.filter((name) => sectionOf(sections, `has ${name}`).code === 0)),
});

export const planByManager = (
  manager: Manager,
  wanted: ManagerWanted,
  found: ManagerFound,
  checkMode: boolean,
): Plan => {
  const names = namesToDo(wanted, found);
  const after = wanted.state === 'absent' ? null : 'installed';
  const changes = names
    .filter((name) => found.installed.has(name) === (wanted.state === 'absent'))
    .map((name) => ({ what: `package ${name}`, before: after === null ? 'installed' : null, after }));
  // Whether there is something newer, only the manager knows, and it writes its cache to find out.
  const asks = wanted.upgradeAll || (wanted.state === 'latest' && names.length > 0) || leavesAlone(wanted);
  const acts = (wanted.refresh || asks) && !checkMode;
  return {
    outcome: acts ? 'act' : changes.length > 0 ? 'change' : 'nothing',
    changes,
    result: result({
      changed: changes.length > 0,
      msg: changes.length > 0 ? `would act by ${manager.name}` : '',
      rc: 0,
    }),
    makesTrue: wanted.names.map((name) => ({
      kind: 'package',
      name,
      state: { state: wanted.state === 'absent' ? 'absent' : 'present' },
    })),
  };
};

export const applyByManager = (manager: Manager, wanted: ManagerWanted, found: ManagerFound): Apply => {
  const names = namesToDo(wanted, found);
  const flags = { words: wanted.words, autoremove: wanted.autoremove };
  const run = leavesAlone(wanted)
    ? manager.remove([], flags)
    : wanted.upgradeAll
      ? manager.upgrade([], flags)
      : names.length === 0
        ? undefined
        : wanted.state === 'absent'
          ? manager.remove(names, flags)
          : wanted.state === 'latest'
            ? manager.upgrade(names, flags)
            : manager.install(names, flags);
  return {
    script: {
      environment: { LC_ALL: 'C.UTF-8' },
      text: joinShell([
        wanted.refresh ? sh`{ ${manager.refresh}; } </dev/null || exit` : sh`:`,
        sh`echo @run`,
        run === undefined ? sh`:` : sh`{ ${run}; } </dev/null`,
      ]),
    },
    finish: (reply) => {
      const stdout = decode(reply.stdout);
      const stderr = decode(reply.stderr);
      const [, said = ''] = stdout.split('@run\n') as [string, string | undefined];
      if (reply.code !== 0) {
        const reason = stderr.trim() || stdout.trim();
        throw new ModuleFailure(`${manager.name} failed: ${reason}`, [
          ['rc', reply.code],
          ['stdout', stdout.replace('@run\n', '')],
          ['stderr', stderr],
        ]);
      }
      const alone = run === undefined && wanted.refresh && wanted.names.length === 0;
      const idle = manager.idle.test(said) && !/^\s*(Installed|Upgraded|Removed|Downgraded):/m.test(said);
      return result({
        changed: alone || (run !== undefined && !idle),
        msg: '',
        rc: 0,
        results: said.split('\n').filter((line) => line !== ''),
        stdout: said,
        stderr,
      });
    },
  };
};

/** `autoremove` without names: what nothing needs any more. */
const leavesAlone = (wanted: ManagerWanted): boolean => wanted.autoremove && wanted.names.length === 0;

const namesToDo = (wanted: ManagerWanted, found: ManagerFound): string[] =>
  wanted.state === 'latest'
    ? [...wanted.names]
    : wanted.names.filter((name) => found.installed.has(name) === (wanted.state === 'absent'));

const moduleOf = (manager: Manager): HostModule =>
  defineModule<ManagerWanted, ManagerFound>({
    name: manager.name,
    aliases: manager.aliases,
    summary: manager.summary,
    options: { ...commonOptions, ...manager.options },
    prepare: (args) => wantedByManager(manager, args),
    look: (wanted) => ({
      script: { text: managerLook(manager, wanted), functions: [kbSection], environment: { LC_ALL: 'C' } },
      parse: (reply) => parseManagerLook(wanted, parseSections(reply.stdout)),
    }),
    plan: (wanted, found, context) => planByManager(manager, wanted, found as ManagerFound, context.checkMode),
    apply: (wanted, found) => applyByManager(manager, wanted, found as ManagerFound),
  });

/** dnf, yum, apk, pacman and zypper. */
export const managerModules: readonly HostModule[] = managers.map(moduleOf);
