import { expect, it } from 'vitest';
import { runModule, shells } from '../harness.ts';

it.each(shells)('gathers facts under the names that variables have (%s)', async (shell) => {
  const { result, plan } = await runModule('setup', { gather_subset: ['!all', 'min'] }, { shell });
  const facts = result.get('ansible_facts') as Map<string, unknown>;
  expect(plan?.outcome).toBe('nothing');
  expect(facts.get('ansible_kernel')).toMatch(/^\d/);
  expect(facts.has('kernel')).toBe(false);
});

it('refuses a subset that there is not', async () => {
  const { result } = await runModule('gather_facts', { gather_subset: ['nonsense'] });
  expect(result.get('failed')).toBe(true);
});
