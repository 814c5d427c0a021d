import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ReporterOptions } from '../../src/output/reporter.ts';
import { Row } from '../../src/output/row.ts';
import { Summary } from '../../src/output/summary.ts';
import type { Event, Recap, TaskName } from '../../src/run/events.ts';
import { quietOptions } from './quiet-options.ts';

const task = (id: number, role: string): TaskName => ({
  id,
  name: `task ${id}`,
  title: `${role} : task ${id}`,
  module: 'command',
  position: { file: 'site.yml', line: id, column: 3 },
  role,
  handler: false,
});
const options = (columns: number, terminal = true): ReporterOptions => ({
  ...quietOptions,
  columns,
  terminal,
  byRole: true,
});
const none: Recap = { ok: 31, changed: 0, unreachable: 0, failed: 0, skipped: 4, rescued: 0, ignored: 0 };
const names = (count: number) => Array.from({ length: count }, (_, i) => `host${i + 1}.example.org`);

/** A run over hosts of which every third changes something; the seventh fails, the eighth is not reached. */
const played = (hosts: readonly string[]) => {
  const row = new Row(task(1, 'docker'), hosts, 0, true);
  const summary = new Summary();
  const events: Event[] = [{ at: 0, type: 'task-start', task: task(1, 'docker'), hosts }];
  const recap = new Map<string, Recap>();
  hosts.forEach((host, i) => {
    const status = i === 6 ? 'failed' : i === 7 ? 'unreachable' : i % 3 === 0 ? 'changed' : 'ok';
    row.start(host, task(1, 'docker'));
    row.end(host, status, 1000 + 100 * i);
    recap.set(host, { ...none, ...(status === 'ok' ? {} : { [status]: status === 'changed' ? 1 + i : 1 }) });
  });
  const end = { at: 61_000, type: 'run-end', recap, traffic: new Map(), interrupted: false } as const;
  for (const event of [...events, end]) summary.event(event);
  return (columns: number, terminal = true): string =>
    [row.over(61_000, columns), '', ...summary.lines(end, options(columns, terminal))]
      .map((line) => stripVTControlCharacters(line))
      .join('\n');
};

describe.each([60, 80, 120, 200])('on a terminal of %i columns', (columns) => {
  it.each([3, 50])('a role and the summary of %i hosts fit', async (count) => {
    const text = played(names(count))(columns);
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThanOrEqual(24);
    await expect(`${text}\n`).toMatchFileSnapshot(`widths/${count}-hosts-${columns}.txt`);
  });
});

it('off a terminal tells every host in full, for programs that read the recap', () => {
  const lines = played(names(50))(80, false).split('\n');
  expect(lines.filter((line) => / : ok=\d+ +changed=\d+ +unreachable=\d+ /.test(line))).toHaveLength(50);
});
