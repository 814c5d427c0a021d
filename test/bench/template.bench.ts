import { expect, it } from 'vitest';
import { createTemplar } from '../../src/template/create-templar.ts';
import { Template, type Value } from '../../src/template/values.ts';

/** Microseconds of this process's own time, so that a busy machine does not count. */
const cost = (work: () => unknown, times = 200_000): number => {
  for (let n = 0; n < 20_000; n++) work();
  const start = process.cpuUsage();
  for (let n = 0; n < times; n++) work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / times;
};

it('renders a condition in 5 µs and a small template in 10 µs', () => {
  const templar = createTemplar();
  const values: Record<string, Value> = {
    os: 'Debian',
    a: 1,
    name: 'web',
    l: [1, 2, 3],
    ref: new Template('{{ name }}-x'),
  };
  const scope = {
    get: (name: string) => values[name],
    has: (name: string) => name in values,
    names: () => Object.keys(values),
  };
  const template = new Template("{{ ref }}/{{ l | join(',') }}");
  const condition = cost(() => templar.evaluate("os == 'Debian' and a > 0", scope));
  const small = cost(() => templar.render(template, scope));
  console.log(`condition ${condition.toFixed(2)} µs, small template ${small.toFixed(2)} µs`);
  expect(condition).toBeLessThan(5);
  expect(small).toBeLessThan(10);
});
