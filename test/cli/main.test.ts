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
