import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Arguments, defineModule, type ModuleContext, ModuleFailure } from '../module.ts';
import { kbSection, parseSections, type Section, sectionOf } from '../shell/sections.ts';
import {
  applyScript,
  type InitManager,
  parseScript,
  planScript,
  type ScriptFound,
  type ScriptWanted,
  scriptLook,
} from './init-script.ts';
import { systemdOptions } from './systemd.ts';
import {
  applyUnit,
  parseUnit,
  planUnit,
  type UnitFound,
  type UnitWanted,
  unitLook,
  wantedUnit,
} from './systemd-unit.ts';

type Manager = 'systemd' | InitManager;

interface Wanted {
  /** Undefined: found out on the host. */
  readonly manager: Manager | undefined;
  readonly unit: UnitWanted;
  readonly script: ScriptWanted;
}

type Found = { readonly unit: UnitFound } | { readonly script: ScriptFound };

/**
 * Services, whatever starts them: systemd, OpenRC, System V scripts, or busybox's numbered ones (`/etc/init.d/S40name`).
 * Behaviour and return values after the documentation of ansible.builtin.service.
 */
export const service = defineModule<Wanted, Found>({
  name: 'service',
  aliases: ['sysvinit', 'openrc'],
  summary: 'Starts, stops and enables services under any init system',
  options: {
    ...systemdOptions,
    name: { description: 'The service.', type: 'str', required: true, aliases: ['service', 'unit'] },
    arguments: { description: 'More arguments for the init script.', type: 'str', default: '', aliases: ['args'] },
    pattern: { description: 'Text that `ps` shows where a script has no status of its own.', type: 'str' },
    runlevel: { description: "OpenRC's runlevel.", type: 'str', default: 'default' },
    runlevels: { description: 'Runlevels of a System V script.', type: 'list', elements: 'str' },
    sleep: { description: 'Seconds between stop and start of a restart.', type: 'int' },
    use: { description: 'The init system, where the host shall not tell.', type: 'str', default: 'auto' },
  },
  constraints: { requiredOneOf: [['state', 'enabled', 'masked', 'daemon_reload', 'daemon_reexec']] },
  prepare: (args, context) => ({
    manager: managerOf(args, context),
    unit: wantedUnit(args),
    script: {
      name: args.get('name') as string,
      state: args.get('state') as ScriptWanted['state'],
      enabled: args.get('enabled') as boolean | undefined,
      arguments: (args.get('arguments') as string | undefined) ?? '',
      pattern: args.get('pattern') as string | undefined,
      runlevel: (args.get('runlevel') as string | undefined) ?? 'default',
      runlevels: (args.get('runlevels') as string[] | undefined) ?? [],
      sleep: (args.get('sleep') as number | undefined) ?? 1,
    },
  }),
  look: (wanted) => ({
    script: { text: lookText(wanted), functions: [kbSection], environment: { LC_ALL: 'C' } },
    parse: (reply) => parseFound(wanted, parseSections(reply.stdout)),
  }),
  plan: (wanted, found, context) => {
    if (found === undefined) throw new ModuleFailure(`nothing is known of service ${wanted.script.name}`);
    return 'unit' in found ? planUnit(wanted.unit, found.unit, context) : planScript(wanted.script, found.script);
  },
  apply: (wanted, found) => {
    if (found === undefined) throw new ModuleFailure(`nothing is known of service ${wanted.script.name}`);
    return 'unit' in found ? applyUnit(wanted.unit, found.unit) : applyScript(wanted.script, found.script);
  },
});

const managerOf = (args: Arguments, context: ModuleContext): Manager | undefined => {
  const use = args.get('use') as string | undefined;
  const name = use === undefined || use === 'auto' ? context.fact('service_mgr') : use;
  if (name === 'systemd' || name === 'openrc' || name === 'sysvinit') return name;
  return undefined;
};

const lookText = (wanted: Wanted): ShellText => {
  const branch = (manager: Manager): ShellText =>
    manager === 'systemd' ? unitLook(wanted.unit) : scriptLook(wanted.script, manager);
  if (wanted.manager !== undefined)
    return joinShell([sh`kb_section manager printf %s ${wanted.manager}`, branch(wanted.manager)]);
  return sh`${detect}
kb_section manager printf %s "$kb_manager"
case $kb_manager in
  systemd) ${branch('systemd')} ;;
  openrc) ${branch('openrc')} ;;
  *) ${branch('sysvinit')} ;;
esac`;
};

/** A systemd that runs, or would after a boot (in a chroot), or another's tools. */
const detect = sh`if [ -d /run/systemd/system ]; then kb_manager=systemd
elif command -v rc-service >/dev/null 2>&1; then kb_manager=openrc
else case $(readlink /sbin/init 2>/dev/null) in */systemd) kb_manager=systemd ;; *) kb_manager=sysvinit ;; esac
fi`;

const parseFound = (wanted: Wanted, sections: ReadonlyMap<string, Section>): Found => {
  const manager = sectionOf(sections, 'manager').text as Manager;
  if (manager === 'systemd') return { unit: parseUnit(wanted.unit, sections) };
  return { script: parseScript(wanted.script, manager, sections) };
};
