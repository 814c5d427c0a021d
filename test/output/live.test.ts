import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, startProgram, until } from '../run/program.ts';
import { Screen } from './screen.ts';

/** The live view on a real pseudo-terminal (as `script` makes it): what is on the screen meanwhile, and what stays. */
const haveScript = (() => {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-live-'));
  writeFileSync(join(folder, 'hosts'), 'a\nb\nc\n[all:vars]\nansible_connection=local\n');
  writeFileSync(
    join(folder, 'site.yml'),
    `- name: All that a terminal shows
  hosts: all
  gather_facts: false
  tasks:
    - name: Say
      debug: {msg: "hello {{ inventory_hostname }}"}
      when: inventory_hostname != 'c'
    - name: Work
      command: sleep {{ 60 if inventory_hostname == nap else 0 }}
      changed_when: inventory_hostname == 'a'
    - name: Fail on b
      shell: echo why >&2; exit 3
      when: inventory_hostname == 'b'
    - name: Go on
      command: "true"
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (nap: string): Running => {
  const args = ['play', 'site.yml', '-i', 'hosts', '-e', `nap=${nap}`];
  return startProgram(args, { cwd: folder, terminal: 72 });
};

const shown = (output: string): { readonly text: string; readonly cursor: boolean } => {
  const screen = new Screen();
  screen.write(output);
  const text = screen
    .text()
    .replaceAll(`${folder}/`, '')
    // A spinner that has not turned yet is a square.
    .replaceAll(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏◼]/g, '◌')
    .replaceAll(/ {2}[\d.]+ s$/gm, '')
    .replaceAll(/\d+ messages, [\d.]+ m?s$/gm, 'MESSAGES, TIME');
  return { text, cursor: screen.cursorShown };
};

describe.skipIf(!haveScript)('the live view', { timeout: 60_000 }, () => {
  it('leaves a line for each task, and what must be read of it', async () => {
    const running = start('nobody');
    expect((await running.ended).code).toBe(2);
    const { text, cursor } = shown(running.printed());
    await expect(text).toMatchFileSnapshot('live/end.txt');
    expect(cursor).toBe(true);
  });

  it('tells meanwhile how far a task is and whom it waits for; Ctrl-C ends it and leaves the terminal in order', async () => {
    const running = start('b');
    await until('it waits for b', () => running.printed().includes('2/3, 1 ok, 1 changed, waiting for b'), 40);
    const frame = shown(running.printed());
    await expect(frame.text).toMatchFileSnapshot('live/meanwhile.txt');
    expect(frame.cursor).toBe(false);
    running.type('\u0003');
    expect((await running.ended).code).toBe(130);
    const { text, cursor } = shown(running.printed());
    await expect(text).toMatchFileSnapshot('live/interrupted.txt');
    expect(cursor).toBe(true);
  });
});
