import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { runModule } from '../harness.ts';

describe('docker_obtainable', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kb-obtainable-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A host with sh, grep and these programs, each with the text of a script. */
  const host = async (name: string, programs: Readonly<Record<string, string>>): Promise<string> => {
    const bin = join(folder, name);
    mkdirSync(bin);
    for (const program of ['sh', 'ls', 'grep', 'cat', 'rm'])
      symlinkSync((await execa('sh', ['-c', `command -v ${program}`])).stdout, join(bin, program));
    for (const [program, text] of Object.entries(programs)) {
      writeFileSync(join(bin, program), `#!/bin/sh\n${text}\n`);
      chmodSync(join(bin, program), 0o755);
    }
    return bin;
  };
  const problems = async (PATH: string, packages = ['docker.io', 'docker-cli']): Promise<unknown> =>
    (await runModule('docker_obtainable', { packages }, { environment: { PATH } })).result.get('problems');

  it('asks apt, once that has read its lists', async () => {
    const listed = '[ "$1" != /var/lib/apt/lists/*_Packages* ] || :';
    const policy =
      'for each do :; done; [ "$each" = docker.io ] && echo "  Candidate: 26.1" || echo "  Candidate: (none)"';
    const bin = await host('apt', { 'apt-cache': policy });
    rmSync(join(bin, 'ls'));
    writeFileSync(join(bin, 'ls'), `#!/bin/sh\n${listed}\n`, { mode: 0o755 });
    expect(await problems(bin)).toEqual([
      'has no Docker, and apt has no docker-cli to install: add a repository that has it, or set docker_packages',
    ]);
    expect(await problems(bin, ['docker.io'])).toEqual([]);
    writeFileSync(join(bin, 'ls'), '#!/bin/sh\nexit 2\n', { mode: 0o755 });
    expect(await problems(bin)).toEqual([]);
  });

  it('believes any other manager, and misses one', async () => {
    expect(await problems(await host('dnf', { dnf: 'exit 1' }))).toEqual([]);
    expect(await problems(await host('bare', {}))).toEqual([
      'has no Docker, and no package manager that could install it: install Docker 20.10 or newer yourself',
    ]);
  });

  it('leaves it to the user where nothing is to be installed', async () => {
    expect(await problems(await host('own', {}), [])).toEqual([
      'has no Docker, and docker_packages is empty: install Docker 20.10 or newer, or name its packages there',
    ]);
  });
});
