import type { Value } from '../../template/values.ts';
import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Apply, type Arguments, type Change, ModuleFailure, type Plan, type Result } from '../module.ts';
import { result } from '../read.ts';
import { kbSection, parseSections, type Section, sectionOf } from '../shell/sections.ts';

export interface UnitWanted {
  readonly name: string | undefined;
  readonly state: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined;
  readonly enabled: boolean | undefined;
  readonly masked: boolean | undefined;
  readonly force: boolean;
  readonly daemonReload: boolean;
  readonly daemonReexec: boolean;
  readonly scope: 'system' | 'user' | 'global';
  readonly noBlock: boolean;
}

export interface UnitFound {
  readonly exists: boolean;
  readonly masked: boolean;
  readonly enabled: boolean;
  /** ActiveState; undefined where systemd does not run (a chroot). */
  readonly active: string | undefined;
  readonly loadError: string | undefined;
  /** Every property that `systemctl show` tells. */
  readonly status: ReadonlyMap<string, string>;
}

export const wantedUnit = (args: Arguments): UnitWanted => {
  const name = args.get('name') as string | undefined;
  for (const option of ['state', 'enabled', 'masked']) {
    if (args.has(option) && !name) throw new ModuleFailure(`missing parameter(s) required by '${option}': name`);
  }
  if (name !== undefined && /[*?[]/.test(name))
    throw new ModuleFailure(`a glob pattern is not a unit: '${name}'; name one unit, or loop over several`);
  return {
    name,
    state: args.get('state') as UnitWanted['state'],
    enabled: args.get('enabled') as boolean | undefined,
    masked: args.get('masked') as boolean | undefined,
    force: args.get('force') === true,
    daemonReload: args.get('daemon_reload') === true,
    daemonReexec: args.get('daemon_reexec') === true,
    scope: (args.get('scope') as UnitWanted['scope'] | undefined) ?? 'system',
    noBlock: args.get('no_block') === true,
  };
};

/** Sections `show`, `enabled` and `initd`. */
export const unitLook = (wanted: UnitWanted): ShellText => {
  if (wanted.name === undefined) return sh`:`;
  const script = wanted.name.replace(/\.service$/, '');
  return joinShell([
    session(wanted),
    sh`kb_section show ${systemctl(wanted)} show -- ${wanted.name}`,
    sh`kb_section enabled ${systemctl(wanted)} is-enabled -- ${wanted.name}`,
    sh`kb_section initd test -e ${`/etc/init.d/${script}`}`,
    sh`kb_section rcd sh -c ${'ls /etc/rc?.d/S??"$1" 2>/dev/null'} sh ${script}`,
  ]);
};

export const parseUnit = (wanted: UnitWanted, sections: ReadonlyMap<string, Section>): UnitFound => {
  const show = sectionOf(sections, 'show');
  const enabled = sectionOf(sections, 'enabled');
  const said = enabled.text.trim();
  const initScript = sectionOf(sections, 'initd').code === 0;
  const status = show.code === 0 ? parseProperties(show.text) : new Map<string, string>();
  const offline = /ignoring (request|command)|not been booted with systemd|Failed to connect to bus/i.test(show.text);
  if (wanted.name !== undefined && show.code !== 0 && !offline && wanted.scope !== 'global')
    throw new ModuleFailure(`Failed to read unit ${wanted.name}: ${show.text.trim() || 'systemctl is not there'}`);
  const load = status.get('LoadState');
  const isUnit = load === undefined ? enabled.code === 0 || /^[a-z-]+$/m.test(said) : load !== 'not-found';
  return {
    exists: isUnit || initScript,
    masked: load === undefined ? said.startsWith('masked') : load === 'masked',
    enabled:
      (enabled.code === 0 && said !== 'indirect' && said !== 'alias') ||
      (initScript && !isUnitFile(said) && sectionOf(sections, 'rcd').text.trim() !== ''),
    active: offline ? undefined : status.get('ActiveState'),
    loadError: load === 'masked' ? undefined : status.get('LoadError') || undefined,
    status,
  };
};

export const planUnit = (wanted: UnitWanted, found: UnitFound, context: { readonly checkMode: boolean }): Plan => {
  const reloads = (wanted.daemonReload || wanted.daemonReexec) && !context.checkMode;
  // What systemd has not read yet, it tells after the reload only; what is wrong then is said then.
  if (!reloads) checkUnit(wanted, found);
  const changes = stepsFor(wanted, found).map((step) => step.change);
  const planned = unitResult(wanted, found, changes.length > 0);
  return {
    outcome: reloads ? 'act' : changes.length > 0 ? 'change' : 'nothing',
    changes,
    result: planned,
    ...(wanted.name === undefined
      ? {}
      : { makesTrue: [{ kind: 'service' as const, name: wanted.name, state: effectOf(wanted) }] }),
  };
};

/** Reloads and steps in one message; where the unit is not known before the reload, it is looked at again behind it. */
export const applyUnit = (wanted: UnitWanted, found: UnitFound): Apply => {
  const reloads = [
    ...(wanted.daemonReload ? [step(wanted, 'daemon-reload', [])] : []),
    ...(wanted.daemonReexec ? [step(wanted, 'daemon-reexec', [])] : []),
  ];
  if (reloads.length > 0 && wanted.name !== undefined && !(found.exists && stepsFor(wanted, found).length > 0)) {
    return {
      script: {
        text: joinShell([session(wanted), ...reloads, unitLook(wanted)]),
        functions: [kbSection],
        environment: { LC_ALL: 'C' },
      },
      finish: (reply) => {
        failIfStepFailed(wanted, decode(reply.stdout), decode(reply.stderr));
        const now = parseUnit(wanted, parseSections(reply.stdout));
        checkUnit(wanted, now);
        const rest = { ...wanted, daemonReload: false, daemonReexec: false };
        return stepsFor(rest, now).length > 0 ? applyUnit(rest, now) : unitResult(wanted, now, false);
      },
    };
  }
  const steps = stepsFor(wanted, found);
  return {
    script: {
      text: joinShell([
        session(wanted),
        ...reloads,
        ...steps.map(({ action }) => step(wanted, action, [wanted.name ?? ''])),
      ]),
      environment: { LC_ALL: 'C' },
    },
    finish: (reply) => {
      failIfStepFailed(wanted, decode(reply.stdout), decode(reply.stderr));
      return unitResult(wanted, found, steps.length > 0);
    },
  };
};

interface Step {
  readonly action: 'mask' | 'unmask' | 'enable' | 'disable' | 'start' | 'stop' | 'restart' | 'reload';
  readonly change: Change;
}

const stepsFor = (wanted: UnitWanted, found: UnitFound): Step[] => {
  if (wanted.name === undefined) return [];
  const steps: Step[] = [];
  const add = (action: Step['action'], aspect: string, before: string, after: string) =>
    steps.push({ action, change: { what: `service ${wanted.name}${aspect}`, before, after } });
  if (wanted.masked !== undefined && wanted.masked !== found.masked) {
    const [before, after] = wanted.masked ? ['unmasked', 'masked'] : ['masked', 'unmasked'];
    add(wanted.masked ? 'mask' : 'unmask', '', before as string, after as string);
  }
  if (wanted.enabled !== undefined && wanted.enabled !== found.enabled) {
    add(wanted.enabled ? 'enable' : 'disable', ' at boot', word(found.enabled), word(wanted.enabled));
  }
  if (wanted.state !== undefined) {
    const running = found.active === 'active' || found.active === 'activating';
    const before = running ? 'running' : found.active === 'deactivating' ? 'stopping' : 'stopped';
    if (wanted.state === 'stopped') {
      if (before !== 'stopped') add('stop', '', before, 'stopped');
    } else if (!running) add('start', '', before, 'running');
    else if (wanted.state !== 'started')
      add(wanted.state === 'restarted' ? 'restart' : 'reload', '', before, wanted.state);
  }
  return steps;
};

const checkUnit = (wanted: UnitWanted, found: UnitFound): void => {
  if (wanted.name === undefined) return;
  if (!found.exists && (wanted.state !== undefined || wanted.enabled !== undefined))
    throw new ModuleFailure(`Could not find the requested service ${wanted.name}: host`);
  if (found.exists && found.loadError)
    throw new ModuleFailure(`Error loading unit file '${wanted.name}': ${found.loadError}`);
  if (wanted.state !== undefined && found.active === undefined)
    throw new ModuleFailure('Service is in unknown state', [['status', statusOf(found)]]);
};

const unitResult = (wanted: UnitWanted, found: UnitFound, changed: boolean): Result => {
  const acted = wanted.state === 'restarted' || wanted.state === 'reloaded';
  return result({
    name: wanted.name ?? null,
    changed,
    status: statusOf(found),
    enabled: wanted.enabled,
    state: acted ? 'started' : wanted.state,
  });
};

const statusOf = (found: UnitFound): Value => new Map<Value, Value>(found.status);

const effectOf = (wanted: UnitWanted): Record<string, string> => ({
  ...(wanted.state === undefined ? {} : { state: wanted.state === 'stopped' ? 'stopped' : 'running' }),
  ...(wanted.enabled === undefined ? {} : { status: word(wanted.enabled) }),
});

const word = (enabled: boolean): string => (enabled ? 'enabled' : 'disabled');

const isUnitFile = (said: string): boolean => /^(static|disabled|enabled|masked|generated|linked|indirect)/.test(said);

const systemctl = (wanted: UnitWanted): ShellText =>
  wanted.scope === 'system' ? sh`systemctl` : sh`systemctl ${`--${wanted.scope}`}`;

/** The user's manager is reached through its runtime folder, which a login without a session does not name. */
const session = (wanted: UnitWanted): ShellText =>
  wanted.scope === 'user'
    ? sh`XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"; export XDG_RUNTIME_DIR`
    : sh`:`;

const step = (wanted: UnitWanted, action: string, units: readonly string[]): ShellText => {
  const flags = [
    ...(wanted.noBlock && !action.startsWith('daemon') ? ['--no-block'] : []),
    ...(wanted.force && /^(enable|disable|mask)$/.test(action) ? ['--force'] : []),
  ];
  return sh`${systemctl(wanted)} ${[...flags, action, ...units]} || { printf '\n@failed %s\n' ${`${action} `}"$?"; exit 1; }`;
};

const failIfStepFailed = (wanted: UnitWanted, stdout: string, stderr: string): void => {
  const failed = /^@failed (\S+) +(\d+)$/m.exec(stdout);
  if (!failed) return;
  const [, action, code] = failed as unknown as [string, string, string];
  const reason = stderr.trim();
  if (action.startsWith('daemon')) throw new ModuleFailure(`failure ${code} during ${action}: ${reason}`);
  throw new ModuleFailure(`Unable to ${action} service ${wanted.name}: ${reason}`);
};

/** `KEY=value` lines; the value of an `Exec…` key may go on until its closing brace. */
const parseProperties = (text: string): Map<string, string> => {
  const properties = new Map<string, string>();
  let open: string | undefined;
  for (const line of text.split('\n')) {
    if (open !== undefined) {
      properties.set(open, `${properties.get(open)}\n${line}`);
      if (line.trimEnd().endsWith('}')) open = undefined;
      continue;
    }
    const at = line.indexOf('=');
    if (at < 1) continue;
    const [key, value] = [line.slice(0, at), line.slice(at + 1)];
    properties.set(key, value);
    if (key.startsWith('Exec') && value.trimStart().startsWith('{') && !value.trimEnd().endsWith('}')) open = key;
  }
  return properties;
};
