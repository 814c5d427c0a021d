import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { play } from './play.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-output-'));
  writeFileSync(join(folder, 'inventory.ini'), 'here ansible_connection=local\n');
  writeFileSync(
    join(folder, 'site.yml'),
    `- hosts: here
  gather_facts: false
  tasks:
    - name: Talk
      shell: echo one; echo oops >&2; sleep 0.3; printf 'two\\nno end'
    - name: Whisper
      shell: echo hidden
      no_log: true
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const heard = async (verbosity: number) => {
  const { events, exit } = await play({
    folder,
    file: 'site.yml',
    scratch: folder,
    lookAhead: true,
    settings: { verbosity },
  });
  expect(exit).toBe(0);
  return events;
};

it('tells with -v what a command prints while it runs, by whole lines, and nothing that no_log hides', async () => {
  const events = await heard(1);
  const output = events.filter((event) => event.type === 'output');
  const of = (stream: string) => output.filter((event) => event.stream === stream).map(({ text }) => text);
  expect(of('stdout')).toEqual(['one\n', 'two\n', 'no end']);
  expect(of('stderr')).toEqual(['oops\n']);
  const [first] = output;
  const result = events.find((event) => event.type === 'task-result');
  expect((result?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(200);
});

it('tells nothing of it without -v', async () => {
  expect((await heard(0)).filter((event) => event.type === 'output')).toEqual([]);
});
