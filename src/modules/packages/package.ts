import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Arguments, defineModule, ModuleFailure, type OptionTable } from '../module.ts';
import { text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { applyApt } from './apt-apply.ts';
import { type AptFound, aptLook, aptLookEnvironment, parseAptLook } from './apt-look.ts';
import { aptSteps, planApt } from './apt-plan.ts';
import { type AptWanted, aptOptions, wantedApt } from './apt-wanted.ts';
import {
  applyByManager,
  type ManagerFound,
  type ManagerWanted,
  managerLook,
  parseManagerLook,
  planByManager,
  wantedByManager,
} from './manager-module.ts';
import { commonOptions, type Manager, managers } from './managers.ts';

interface Wanted {
  /** Undefined: found out on the host. */
  readonly manager: string | undefined;
  readonly apt: AptWanted;
  readonly others: ReadonlyMap<Manager, ManagerWanted>;
}

type Found = { readonly apt: AptFound } | { readonly manager: Manager; readonly found: ManagerFound };

/** What the managers take between them; which of it the host's own knows, it says itself. */
const allOptions: OptionTable = Object.assign({}, ...managers.map((manager) => manager.options), aptOptions, {
  name: { ...commonOptions.name, required: true },
  use: { description: 'The package manager, where the host shall not tell.', type: 'str', default: 'auto' },
});

/** Packages, by whatever manager the host has. Behaviour and return values after the documentation of ansible.builtin.package. */
export const packageModule = defineModule<Wanted, Found>({
  name: 'package',
  summary: 'Installs, upgrades and removes packages by whatever package manager the host has',
  options: allOptions,
  prepare: (args, context) => {
    const use = text(args, 'use') ?? 'auto';
    const named = use === 'auto' ? context.fact('pkg_mgr') : use;
    const manager = typeof named === 'string' ? named.replace(/^.*\./, '').replace(/^dnf5$/, 'dnf') : undefined;
    if (use !== 'auto' && manager !== 'apt' && !managers.some((each) => each.name === manager))
      throw new ModuleFailure(`Could not find a matching action for the "${use}" package manager.`);
    return {
      manager: manager === 'apt' || managers.some((each) => each.name === manager) ? manager : undefined,
      apt: wantedApt(onlyKnown(args, aptOptions)),
      others: new Map(managers.map((each) => [each, wantedByManager(each, args)])),
    };
  },
  look: (wanted, context) => ({
    script: {
      text: lookText(wanted, context.checkMode),
      functions: [kbSection],
      environment: aptLookEnvironment,
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      const name = sectionOf(sections, 'manager').text;
      if (name === 'apt') return { apt: parseAptLook(reply.stdout) };
      const manager = managers.find((each) => each.name === name);
      if (manager === undefined)
        throw new ModuleFailure(
          `the host has no package manager that is known here: apt, ${managers.map((each) => each.name).join(', ')}`,
        );
      return { manager, found: parseManagerLook(wanted.others.get(manager) as ManagerWanted, sections) };
    },
  }),
  plan: (wanted, found, context) => {
    const there = found as Found;
    return 'apt' in there
      ? planApt(wanted.apt, there.apt, context.checkMode)
      : planByManager(there.manager, wanted.others.get(there.manager) as ManagerWanted, there.found, context.checkMode);
  },
  apply: (wanted, found) => {
    const there = found as Found;
    return 'apt' in there
      ? applyApt(wanted.apt, there.apt, aptSteps(wanted.apt, there.apt))
      : applyByManager(there.manager, wanted.others.get(there.manager) as ManagerWanted, there.found);
  },
});

const lookText = (wanted: Wanted, checkMode: boolean): ShellText => {
  const branch = (name: string): ShellText => {
    if (name === 'apt') return aptLook(wanted.apt, checkMode).text;
    const manager = managers.find((each) => each.name === name) as Manager;
    return managerLook(manager, wanted.others.get(manager) as ManagerWanted);
  };
  if (wanted.manager !== undefined)
    return joinShell([sh`kb_section manager printf %s ${wanted.manager}`, branch(wanted.manager)]);
  const names = ['apt', ...managers.map((each) => each.name)];
  return joinShell([
    sh`kb_manager=; for kb_try in apt-get dnf yum apk pacman zypper; do
  command -v $kb_try >/dev/null 2>&1 && { kb_manager=\${kb_try%-get}; break; }; done`,
    sh`kb_section manager printf %s "$kb_manager"`,
    sh`case $kb_manager in`,
    ...names.map((name) => sh`${name}) ${branch(name)} ;;`),
    sh`esac`,
  ]);
};

const onlyKnown = (args: Arguments, options: OptionTable): Arguments =>
  new Map([...args].filter(([name]) => name in options));
