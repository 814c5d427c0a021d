import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { expect, it } from 'vitest';
import { program } from '../lab/program.ts';

it('ends in silence where nobody reads on what it prints', () => {
  // Everything is longer than a pipe holds, and the reader is gone before the first line.
  const script = 'set -o pipefail; "$@" | true; echo "${PIPESTATUS[0]}"';
  for (const args of [['doc'], ['doc', 'modules', '--markdown'], ['schema', 'playbook']])
    expect(execaSync('bash', ['-c', script, 'bash', process.execPath, program, ...args])).toMatchObject({
      stdout: '0',
      stderr: '',
    });
});

it('has the packages that every command loads in its own files, which takes a third off the start', () => {
  const built = join(program, '../../dist/cli');
  const files = readdirSync(built).filter((name) => name.endsWith('.js'));
  const asked = files.flatMap((name) => [
    ...readFileSync(join(built, name), 'utf8').matchAll(
      /^(?:import|\} from|import .* from) "(commander|semver|yaml)"/gm,
    ),
  ]);
  expect(asked.map(([line]) => line)).toEqual([]);
  expect(
    readFileSync(join(built, '../LICENSES'), 'utf8').match(/^.*(?:Copyright|copyright).*$/gm)?.length,
  ).toBeGreaterThan(2);
});
