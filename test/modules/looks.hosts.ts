import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plain } from '../../src/modules/coerce.ts';
import { runModule, shells } from './harness.ts';

interface Case {
  readonly name: string;
  readonly module: string;
  readonly args: Record<string, unknown>;
  readonly setup?: string;
  readonly controller?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, unknown>>;
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
