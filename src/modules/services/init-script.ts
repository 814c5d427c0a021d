import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, type Change, ModuleFailure, type Plan, type Result } from '../module.ts';
import { result } from '../read.ts';
import { type Section, sectionOf } from '../shell/sections.ts';

/** Init systems that start services by scripts in /etc/init.d. */
export type InitManager = 'openrc' | 'sysvinit';

export interface ScriptWanted {
  readonly name: string;
  readonly state: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined;
  readonly enabled: boolean | undefined;
  readonly arguments: string;
  /** Looked for in the process list instead of asking the script. */
  readonly pattern: string | undefined;
  readonly runlevel: string;
  readonly runlevels: readonly string[];
  readonly sleep: number;
}

export interface ScriptFound {
  readonly manager: InitManager;
  /** The script's path: `/etc/init.d/NAME`, or `/etc/init.d/S40NAME` as busybox's init numbers them. */
  readonly path: string;
  readonly running: boolean;
  readonly enabled: boolean;
  /** The program that enables scripts: `update-rc.d`, `chkconfig`, `rc-update`, or `chmod` for numbered scripts. */
  readonly enabler: string;
}

/** Sections `script`, `status`, `ps`, `boot`, `enabler`. A script's `status` is the one thing that runs; it only reports. */
export const scriptLook = (wanted: ScriptWanted, manager: InitManager): ShellText =>
  joinShell([
    sh`kb_script=; for kb_try in ${`/etc/init.d/${wanted.name}`} /etc/init.d/S[0-9][0-9]${wanted.name}; do
  [ -e "$kb_try" ] && { kb_script=$kb_try; break; }; done`,
    sh`kb_section script printf %s "$kb_script"`,
    wanted.pattern !== undefined
      ? sh`kb_section ps ps ax -o args`
      : wanted.state === undefined
        ? sh`:`
        : manager === 'openrc'
          ? sh`kb_section status rc-service ${wanted.name} status`
          : sh`[ -z "$kb_script" ] || kb_section status "$kb_script" status`,
    wanted.enabled === undefined
      ? sh`:`
      : manager === 'openrc'
        ? sh`kb_section boot rc-update show ${wanted.runlevel}`
        : sh`kb_section boot sh -c ${'ls -d /etc/rc[S2345].d/S[0-9][0-9]"$1" /etc/rc.d/rc[2345].d/S[0-9][0-9]"$1" 2>/dev/null; [ -x "$2" ] && echo executable'} sh ${wanted.name} "$kb_script"`,
    sh`for kb_try in update-rc.d chkconfig; do command -v $kb_try >/dev/null 2>&1 && { kb_section enabler printf %s $kb_try; break; }; done`,
  ]);

export const parseScript = (
  wanted: ScriptWanted,
  manager: InitManager,
  sections: ReadonlyMap<string, Section>,
): ScriptFound => {
  const path = sectionOf(sections, 'script').text;
  if (path === '') throw new ModuleFailure(`Could not find the requested service ${wanted.name}: host`);
  const boot = sectionOf(sections, 'boot').text;
  const numbered = /\/S\d\d[^/]*$/.test(path);
  return {
    manager,
    path,
    running: isRunning(wanted, sections),
    enabled:
      manager === 'openrc'
        ? boot.split('\n').some((line) => line.split('|')[0]?.trim() === wanted.name)
        : numbered
          ? /^executable$/m.test(boot)
          : /\/S\d\d/.test(boot),
    enabler: manager === 'openrc' ? 'rc-update' : numbered ? 'chmod' : sectionOf(sections, 'enabler').text,
  };
};

export const planScript = (wanted: ScriptWanted, found: ScriptFound): Plan => {
  const steps = stepsFor(wanted, found);
  return {
    outcome: steps.length > 0 ? 'change' : 'nothing',
    changes: steps.map((step) => step.change),
    result: scriptResult(wanted, steps.length > 0),
    makesTrue: [
      {
        kind: 'service',
        name: wanted.name,
        state: wanted.state === undefined ? {} : { state: wanted.state === 'stopped' ? 'stopped' : 'running' },
      },
    ],
  };
};

export const applyScript = (wanted: ScriptWanted, found: ScriptFound): Apply => {
  const steps = stepsFor(wanted, found);
  return {
    script: {
      text: joinShell(
        steps.map((step) => sh`{ ${step.text}; } || { printf '\n@failed %s\n' ${step.action}; exit 1; }`),
      ),
      environment: { LC_ALL: 'C' },
    },
    finish: (reply) => {
      const failed = /^@failed (\S+)$/m.exec(decode(reply.stdout));
      if (failed) {
        const said = `${decode(reply.stdout).replace(/\n@failed \S+\n$/, '')}${decode(reply.stderr)}`.trim();
        throw new ModuleFailure(`Unable to ${failed[1]} service ${wanted.name}: ${said}`);
      }
      return scriptResult(wanted, steps.length > 0);
    },
  };
};

interface Step {
  readonly action: string;
  readonly text: ShellText;
  readonly change: Change;
}

const stepsFor = (wanted: ScriptWanted, found: ScriptFound): Step[] => {
  const steps: Step[] = [];
  if (wanted.enabled !== undefined && wanted.enabled !== found.enabled) {
    steps.push({
      action: wanted.enabled ? 'enable' : 'disable',
      text: enabling(wanted, found, wanted.enabled),
      change: {
        what: `service ${wanted.name} at boot`,
        before: found.enabled ? 'enabled' : 'disabled',
        after: wanted.enabled ? 'enabled' : 'disabled',
      },
    });
  }
  const words = wanted.arguments.split(/\s+/).filter((word) => word !== '');
  const run = (action: string): ShellText =>
    found.manager === 'openrc'
      ? sh`rc-service ${[wanted.name, action, ...words]}`
      : sh`${[found.path, action, ...words]}`;
  const add = (action: string, text: ShellText, after: string) =>
    steps.push({
      action,
      text,
      change: { what: `service ${wanted.name}`, before: found.running ? 'running' : 'stopped', after },
    });
  if (wanted.state === 'stopped') {
    if (found.running) add('stop', run('stop'), 'stopped');
  } else if (wanted.state === 'restarted') {
    const restart = found.running
      ? sh`${run('stop')} >/dev/null 2>&1; sleep ${wanted.sleep}; ${run('start')}`
      : run('start');
    add('restart', restart, 'restarted');
  } else if (wanted.state !== undefined && !found.running) add('start', run('start'), 'running');
  else if (wanted.state === 'reloaded') add('reload', run('reload'), 'reloaded');
  return steps;
};

const enabling = (wanted: ScriptWanted, found: ScriptFound, on: boolean): ShellText => {
  const { name, runlevel, runlevels } = wanted;
  switch (found.enabler) {
    case 'rc-update':
      return sh`rc-update ${[on ? 'add' : 'del', name, runlevel]}`;
    case 'chkconfig':
      return sh`chkconfig --add ${name} && chkconfig ${runlevels.length > 0 ? ['--level', runlevels.join('')] : []} ${name} ${on ? 'on' : 'off'}`;
    case 'update-rc.d':
      return on ? sh`update-rc.d ${name} defaults && update-rc.d ${name} enable` : sh`update-rc.d ${name} disable`;
    case 'chmod':
      return sh`chmod ${on ? '+x' : '-x'} ${found.path}`;
    default:
      throw new ModuleFailure(
        `Unable to ${on ? 'enable' : 'disable'} service ${name}: the host has none of update-rc.d, chkconfig and rc-update`,
      );
  }
};

/** LSB: `status` answers 0 for running; older scripts answer 0 always and say it in words. */
const isRunning = (wanted: ScriptWanted, sections: ReadonlyMap<string, Section>): boolean => {
  const { pattern } = wanted;
  if (pattern !== undefined)
    return sectionOf(sections, 'ps')
      .text.split('\n')
      .some((line) => line.includes(pattern));
  const status = sectionOf(sections, 'status');
  if (status.code !== 0) return false;
  return !/\b(is not running|not running|stopped|is dead|inactive)\b/i.test(status.text);
};

const scriptResult = (wanted: ScriptWanted, changed: boolean): Result =>
  result({
    name: wanted.name,
    changed,
    enabled: wanted.enabled,
    state: wanted.state === undefined ? undefined : wanted.state === 'stopped' ? 'stopped' : 'started',
  });
