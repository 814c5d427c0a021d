import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readArguments } from '../../src/modules/arguments.ts';
import { fromPlain } from '../../src/modules/coerce.ts';
import {
  type Apply,
  type ControlContext,
  type HostModule,
  type Module,
  ModuleFailure,
  type Plan,
  type Result,
} from '../../src/modules/module.ts';
import { findModule } from '../../src/modules/modules.ts';
import { createTemplar } from '../../src/template/create-templar.ts';
import type { Scope, Value } from '../../src/template/values.ts';
import { quote, sh } from '../../src/transport/shell/quote.ts';
import type { RemoteShell, Reply, Script, ShellFunction } from '../../src/transport/transport.ts';
import { decode, encode } from '../../src/util/bytes.ts';
import { connectLocally } from '../transport/shell/local-shells.ts';

/** Runs modules on this machine, without engine or transport: one `sh` for each script. */
export interface Setting {
  readonly check?: boolean;
  readonly diff?: boolean;
  /** Which shell, with which programs: `busybox` finds busybox's applets and nothing else. */
  readonly shell?: 'sh' | 'busybox';
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The controller's directory, as a role's: `files`, `templates` and `vars` are found in it or in folders of these names. */
  readonly directory?: string;
  readonly cwd?: string;
  /** Every file system is mounted read-only for the scripts: a look must not mind. Needs root. */
  readonly readOnly?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs shell text elsewhere than on this machine: on a lab host. */
  readonly run?: (text: string, stdin: Uint8Array) => Promise<Reply>;
}

export interface Outcome {
  readonly result: Result;
  /** Undefined for a control module, and where the arguments or `prepare` failed. */
  readonly plan: Plan | undefined;
  readonly failed: boolean;
}

/** Look, plan and (unless `check`, or nothing is to be done) apply, as the engine does it. */
export const runModule = async (
  name: string,
  args: Readonly<Record<string, unknown>>,
  setting: Setting = {},
): Promise<Outcome> => {
  const module = findModule(name);
  if (!module) throw new Error(`no module ${name}`);
  let plan: Plan | undefined;
  try {
    const read = readArguments(module, fromPlain(args) as Map<Value, Value>);
    const context = contextFor(setting);
    if (module.kind === 'control') return { result: await module.run(read, context), plan, failed: false };
    const wanted = module.prepare(read, context);
    const look = module.look?.(wanted, context);
    const found = look?.parse(await runScript(look.script, setting));
    plan = module.plan(wanted, found, context);
    const acts = plan.outcome === 'change' || plan.outcome === 'act';
    if (!acts || setting.check || !module.apply)
      return { result: plan.result, plan, failed: plan.result.get('failed') === true };
    let next: Result | Apply = module.apply(wanted, found, plan, context);
    while (!(next instanceof Map)) next = await next.finish(await runScript(next.script, setting));
    return { result: next, plan, failed: next.get('failed') === true };
  } catch (error) {
    if (!(error instanceof ModuleFailure)) throw error;
    const result: Result = new Map<Value, Value>([['failed', true], ['msg', error.message], ...error.fields]);
    return { result, plan, failed: true };
  }
};

/** Look and plan only: what a module would do now. */
export const planModule = async (
  name: string,
  args: Readonly<Record<string, unknown>>,
  setting: Setting = {},
): Promise<Plan> => {
  const outcome = await runModule(name, args, { ...setting, check: true });
  if (!outcome.plan) throw new Error(String(outcome.result.get('msg')));
  return outcome.plan;
};

/** The test that every module gets for free: after an apply, a look plans nothing. */
export const expectIdempotent = async (
  name: string,
  args: Readonly<Record<string, unknown>>,
  setting: Setting = {},
): Promise<Result> => {
  const first = await runModule(name, args, setting);
  if (first.failed) throw new Error(`${name} failed: ${String(first.result.get('msg'))}`);
  const again = await planModule(name, args, setting);
  if (again.outcome !== 'nothing') {
    throw new Error(`${name} would do again: ${JSON.stringify(again.changes)} ${again.outcome}`);
  }
  return first.result;
};

export const moduleNamed = (name: string): Module => {
  const module = findModule(name);
  if (!module) throw new Error(`no module ${name}`);
  return module;
};

export const hostModule = (name: string): HostModule => {
  const module = moduleNamed(name);
  if (module.kind !== 'host') throw new Error(`${name} does not act on hosts`);
  return module;
};

/** One script: in the shell of this machine that is kept for all of them, as a host's is. */
export const runScript = async (script: Script, setting: Setting = {}): Promise<Reply> => {
  if (setting.run) return setting.run(standalone(script), script.stdin ?? new Uint8Array());
  if (setting.readOnly) return runReadOnly(script, setting);
  const shell = await keptShell(setting.shell ?? 'sh');
  const text = setting.cwd === undefined ? script.text : sh`cd ${setting.cwd} || exit 98\n${script.text}`;
  const environment = { ...setting.environment, ...script.environment };
  const [reply] = await shell.send([{ ...script, text, environment }]);
  if (script.batches) {
    const [alone] = await shell.send([{ ...script, text, environment, batches: undefined }]);
    expect(timeless(alone as Reply), 'the same whether it asks alone or with others').toEqual(timeless(reply as Reply));
  }
  return reply as Reply;
};

/** What a script printed, without times: reading a file changes when it was last read. */
const timeless = ({ code, stdout }: Reply) => [code, decode(stdout).replace(/\b\d{10}(\.\d+)?\b/g, 'T')];

const keptShells = new Map<string, Promise<RemoteShell>>();

const keptShell = (name: 'sh' | 'busybox'): Promise<RemoteShell> => {
  let shell = keptShells.get(name);
  if (!shell) {
    shell = connectLocally(cleanShell(name)).then((connection) => connection.shell({ method: 'none' }));
    keptShells.set(name, shell);
  }
  return shell;
};

/** A shell that sees nothing of this process's environment but what a login would give it. */
const cleanShell = (name: 'sh' | 'busybox'): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kb-shell-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = name === 'busybox' ? appletPath() : (process.env.PATH ?? '/usr/bin:/bin');
  const program = name === 'busybox' ? '/bin/busybox ash' : '/bin/sh';
  const variables = `HOME=${quote(process.env.HOME ?? '/')} PATH=${quote(path)}`;
  writeFileSync(join(folder, 'sh'), `#!/bin/sh\nexec /usr/bin/env -i ${variables} ${program} "$@"\n`, { mode: 0o755 });
  return join(folder, 'sh');
};

/** A script with its functions and environment as one text. */
const standalone = (script: Script): string => {
  const exports = Object.entries(script.environment ?? {}).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  return `${exports.join('')}${definitions(script.functions ?? [])}\n${script.text.text}\n`;
};

const runReadOnly = async (script: Script, setting: Setting): Promise<Reply> => {
  const directory = mkdtempSync(join(tmpdir(), 'kb-script-'));
  try {
    const file = join(directory, 'script');
    writeFileSync(file, encode(standalone(script)));
    const shell = setting.shell === 'busybox' ? ['/bin/busybox', 'ash'] : ['/bin/sh'];
    const path = setting.shell === 'busybox' ? appletPath() : (process.env.PATH ?? '/usr/bin:/bin');
    const ran = spawnSync('unshare', ['-m', 'sh', '-c', remountReadOnly, 'sh', ...shell, file], {
      cwd: setting.cwd,
      env: { HOME: process.env.HOME ?? '/', PATH: path, ...setting.environment },
      input: script.stdin ?? new Uint8Array(),
      maxBuffer: 1 << 26,
    });
    if (ran.error) throw ran.error;
    return { code: ran.status ?? 143, stdout: ran.stdout, stderr: ran.stderr, timedOut: false, durationMs: 0 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

export const haveBusybox = existsSync('/bin/busybox');

/** The shells to run a case in. */
export const shells: readonly ('sh' | 'busybox')[] = haveBusybox ? ['sh', 'busybox'] : ['sh'];

const definitions = (functions: readonly ShellFunction[], seen = new Set<string>()): string =>
  functions
    .flatMap((each) => {
      if (seen.has(each.name)) return [];
      seen.add(each.name);
      return [definitions(each.needs ?? [], seen), each.text];
    })
    .join('\n');

let applets: string | undefined;

const appletPath = (): string => {
  if (applets) return applets;
  applets = join(tmpdir(), `kb-applets-${process.pid}`);
  mkdirSync(applets, { recursive: true });
  const names = spawnSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
  for (const name of names) if (!existsSync(join(applets, name))) symlinkSync('/bin/busybox', join(applets, name));
  process.on('exit', () => rmSync(applets as string, { recursive: true, force: true }));
  return applets;
};

export const contextFor = (setting: Setting): ControlContext => {
  const value = (from: Readonly<Record<string, unknown>> | undefined, name: string): Value | undefined =>
    from && name in from ? fromPlain(from[name]) : undefined;
  const names = fromPlain(setting.variables ?? {}) as Map<string, Value>;
  const scope: Scope = {
    get: (name) => names.get(name),
    has: (name) => names.has(name),
    names: () => names.keys(),
  };
  return {
    host: 'here',
    hosts: ['here'],
    checkMode: setting.check ?? false,
    diffMode: setting.diff ?? false,
    verbosity: 0,
    signal: new AbortController().signal,
    fact: (name) => value(setting.facts, name),
    variable: (name) => value(setting.variables, name),
    findFile: (kind, name) => {
      const base = setting.directory ?? '/nonexistent';
      const found = [name, join(base, kind, name), join(base, name)].find(
        (path) => path.startsWith('/') && existsSync(path),
      );
      if (!found) throw new ModuleFailure(`Could not find or access '${name}'`);
      return found;
    },
    readFile: (path) => readFileSync(path),
    renderFile: (path, options) => {
      const given = (name: string): string | undefined => options.get(name) as string | undefined;
      return createTemplar().renderFile(readFileSync(path, 'utf8'), scope, {
        file: path,
        searchPath: [],
        trimBlocks: options.get('trim_blocks') as boolean | undefined,
        lstripBlocks: options.get('lstrip_blocks') as boolean | undefined,
        newlineSequence: given('newline_sequence') as '\n' | undefined,
        blockStart: given('block_start_string'),
        blockEnd: given('block_end_string'),
        variableStart: given('variable_start_string'),
        variableEnd: given('variable_end_string'),
      });
    },
    addSecret: () => {},
    evaluate: (expression) => createTemplar().evaluate(String(expression), scope),
    holds: (condition) =>
      (typeof condition === 'string' ? createTemplar().evaluate(condition, scope) : condition) === true,
    render: (given) => given,
    pause: async () => '',
  };
};

/** Mounts of the namespace that the script has for itself; a mount that cannot be remounted (proc, say) takes no files. */
const remountReadOnly = `mount --make-rprivate /
while read -r kb_x kb_x kb_x kb_x kb_where kb_x; do mount -o remount,bind,ro "$(printf '%b' "$kb_where")" 2>/dev/null; done < /proc/self/mountinfo
touch /tmp/.kb-writable 2>/dev/null && { echo "/tmp is still writable" >&2; exit 99; }
exec "$@"`;
