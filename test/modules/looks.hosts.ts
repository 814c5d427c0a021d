import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plain } from '../../src/modules/coerce.ts';
import { allModules } from '../../src/modules/modules.ts';
import type { TestHost } from '../lab-hosts.ts';
import { useLab } from '../lab-hosts.ts';
import { planModule, runModule, type Setting, shells } from './harness.ts';
import { onHost, onReadOnlyHost } from './on-host.ts';

interface Case {
  readonly name: string;
  readonly module: string;
  readonly args: Record<string, unknown>;
  readonly setup?: string;
  readonly controller?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, unknown>>;
  /** It does again whenever it is asked: what it does leaves no state. */
  readonly repeats?: boolean;
}

/** A look may read and nothing else: where every file system is read-only it finds what it finds elsewhere. */
describe.each(shells)('looks where nothing can be written (%s)', (shell) => {
  for (const folder of ['files', 'commands']) {
    const cases = join(import.meta.dirname, folder, 'cases');
    for (const file of readdirSync(cases).filter((name) => name.endsWith('.yml'))) {
      it(file.replace('.yml', ''), async () => {
        for (const each of parse(readFileSync(join(cases, file), 'utf8')) as Case[]) await sameReadOnly(each, shell);
      });
    }
  }
});

const sameReadOnly = async (each: Case, shell: 'sh' | 'busybox'): Promise<void> => {
  const base = mkdtempSync(join(tmpdir(), 'kb-look-'));
  try {
    const directory = join(base, 'd');
    mkdirSync(directory);
    for (const [name, content] of Object.entries(each.controller ?? {})) {
      mkdirSync(dirname(join(base, 'c', name)), { recursive: true });
      writeFileSync(join(base, 'c', name), content);
    }
    const env = { ...process.env, DIR: directory };
    execFileSync('sh', ['-c', `umask 022; ${each.setup ?? ':'}`], { cwd: directory, env });
    const args = JSON.parse(JSON.stringify(each.args).replaceAll('$DIR', directory)) as Record<string, unknown>;
    const setting = { shell, check: true, diff: true, directory: join(base, 'c'), variables: each.vars ?? {} };
    const told = async (readOnly: boolean): Promise<unknown> => {
      const { result, plan } = await runModule(each.module, args, { ...setting, readOnly });
      // What one cannot write to, nobody may write to.
      const text = JSON.stringify([plain(result), plan?.changes]).replace(/"(writeable|atime)":[^,}]*/g, '');
      return [each.name, text];
    };
    expect(await told(true)).toEqual(await told(false));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
};

const looks = parse(readFileSync(join(import.meta.dirname, 'looks.yml'), 'utf8')) as {
  readonly cases: readonly Omit<Case, 'name'>[];
  readonly elsewhere: Readonly<Record<string, readonly string[]>>;
};

it('every module with a look has a case, or a test of its own', () => {
  const known = new Set([...looks.cases.map(({ module }) => module), ...Object.values(looks.elsewhere).flat()]);
  const all = allModules().filter((module) => module.kind === 'host');
  expect(all.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  for (const file of Object.keys(looks.elsewhere)) expect(existsSync(join(import.meta.dirname, file))).toBe(true);
});

describe.each(['dash', 'ash'] as const)('on a host whose sh is %s', (shell) => {
  const lab = useLab({ hosts: 1, ...(shell === 'ash' ? { shell } : {}) });
  let controller: string;
  beforeAll(async () => {
    controller = mkdtempSync(join(tmpdir(), 'kb-look-'));
    await lab.host('n1').must('mkdir -p /srv/l');
  });
  afterAll(() => rmSync(controller, { recursive: true, force: true }));

  it.each(looks.cases.map((each) => [each.module, JSON.stringify(each.args), each] as const))(
    '%s %s looks and writes nothing, then applies and has nothing to do',
    async (_module, _args, each) => looksThenApplies(each, lab.host('n1'), controller),
  );
});

const looksThenApplies = async (each: Omit<Case, 'name'>, host: TestHost, controller: string): Promise<void> => {
  for (const [name, content] of Object.entries(each.controller ?? {})) {
    mkdirSync(dirname(join(controller, name)), { recursive: true });
    writeFileSync(join(controller, name), content);
  }
  if (each.setup) await host.must(each.setup);
  const args = JSON.parse(JSON.stringify(each.args).replaceAll('$CONTROLLER', controller)) as Record<string, unknown>;
  const open: Setting = { ...onHost(host), directory: controller };
  const closed: Setting = { ...onReadOnlyHost(host), directory: controller };
  const same = async () => {
    const [locked, free] = [await planModule(each.module, args, closed), await planModule(each.module, args, open)];
    expect([locked.outcome, locked.changes]).toEqual([free.outcome, free.changes]);
    return free.outcome;
  };
  await same();
  const { failed, result } = await runModule(each.module, args, open);
  if (failed) throw new Error(`${each.module} failed: ${String(result.get('msg'))}`);
  const again = await same();
  if (!each.repeats) expect(again).toMatch(/^(nothing|skip)$/);
};
