import { expect, it } from 'vitest';
import { runModule, shells } from '../harness.ts';

it.each(shells)('runs words as they are in %s', async (shell) => {
  const argv = ['printf', '%s|', "a 'b'", '', '$(x)', '-n', 'ü\n', '`y`', '"'];
  const { result } = await runModule('command', { argv }, { shell });
  expect(result.get('stdout')).toBe(`${argv.slice(2).join('|')}|`);
  expect(result.get('rc')).toBe(0);
});
