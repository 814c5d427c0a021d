import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectIdempotent, planModule, runModule, shells } from '../harness.ts';

const inDirectory = async (use: (directory: string) => Promise<void>): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'kb-unpack-'));
  try {
    mkdirSync(join(directory, 'files'));
    mkdirSync(join(directory, 'dest'));
    mkdirSync(join(directory, 'src', 'd'), { recursive: true });
    writeFileSync(join(directory, 'src', 'd', "a 'file'"), 'hello\n');
    writeFileSync(join(directory, 'src', 'b'), Buffer.alloc(200_000, 7));
    execFileSync('ln', ['-s', 'b', join(directory, 'src', 'l')]);
    execFileSync('tar', ['-czf', join(directory, 'files', 'a.tgz'), '-C', join(directory, 'src'), '.']);
    execFileSync('tar', ['-cf', join(directory, 'files', 'a.tar'), '-C', join(directory, 'src'), '.']);
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

describe.each(shells)('unarchive (%s)', (shell) => {
  it.each(['a.tgz', 'a.tar'])('unpacks %s of the controller, once', (name) =>
    inDirectory(async (directory) => {
      const dest = join(directory, 'dest');
      const setting = { shell, directory };
      expect((await planModule('unarchive', { src: name, dest }, setting)).outcome).toBe('change');
      await expectIdempotent('unarchive', { src: name, dest }, setting);
      expect(readFileSync(join(dest, 'd', "a 'file'"), 'utf8')).toBe('hello\n');
      expect(readFileSync(join(dest, 'l'))).toEqual(Buffer.alloc(200_000, 7));
      writeFileSync(join(dest, 'b'), 'other');
      expect((await planModule('unarchive', { src: name, dest }, setting)).outcome).toBe('change');
    }),
  );

  it('unpacks what is on the host, with a mode', () =>
    inDirectory(async (directory) => {
      const dest = join(directory, 'dest');
      const args = { src: join(directory, 'files', 'a.tgz'), dest, remote_src: true, mode: 'u=rwX,g=rX,o=' };
      await expectIdempotent('unarchive', args, { shell });
      expect(execFileSync('stat', ['-c', '%a', join(dest, 'b')], { encoding: 'utf8' })).toBe('640\n');
    }));

  it('wants its directory to be there, and leaves what creates names', () =>
    inDirectory(async (directory) => {
      const nowhere = await runModule('unarchive', { src: 'a.tar', dest: join(directory, 'no') }, { shell, directory });
      expect(nowhere.result.get('msg')).toBe(`dest '${join(directory, 'no')}' must be an existing dir`);
      const args = { src: 'a.tar', dest: join(directory, 'dest'), creates: join(directory, 'src') };
      expect((await planModule('unarchive', args, { shell, directory })).outcome).toBe('skip');
    }));
});
