import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { play } from './play.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-async-'));
  writeFileSync(join(folder, 'inventory.ini'), 'one ansible_connection=local\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (tasks: string) => {
  writeFileSync(
    join(folder, 'site.yml'),
    `- hosts: all\n  gather_facts: false\n  environment: {HOME: "${folder}"}\n  tasks:\n${tasks}`,
  );
  return play({ folder, file: 'site.yml', scratch: folder, lookAhead: true });
};

describe('async', () => {
  it('leaves a task running and tells later how it ended', async () => {
    const { recap, told } = await run(`
  - name: start
    shell: sleep 0.5; echo out; echo err >&2; exit 3
    async: 30
    poll: 0
    register: job
  - name: at once
    async_status: {jid: "{{ job.ansible_job_id }}"}
    register: early
    failed_when: early.finished != 0
  - name: wait
    async_status: {jid: "{{ job.ansible_job_id }}"}
    register: state
    until: state.finished == 1
    retries: 50
    delay: 0.2
    failed_when: state.finished == 1 and state.rc != 3
`);
    expect(recap).toMatchObject({ one: { ok: 3, failed: 0 } });
    expect(told.find(({ task }) => task === 'start')?.result).toMatchObject({ started: 1, finished: 0, changed: true });
    expect(told.find(({ task }) => task === 'wait')?.result).toMatchObject({ rc: 3, stdout: 'out', stderr: 'err' });
  });

  it('ends a job that goes on for too long', async () => {
    const { told } = await run(`
  - name: waited for
    command: sleep 60
    async: 1
    poll: 1
    ignore_errors: true
`);
    expect(told[0]).toMatchObject({ kind: 'failed', result: { msg: 'Timed out after 1 second(s).' } });
  });

  it('knows no job of another name', async () => {
    const { told } = await run('  - async_status: {jid: j123.4}\n    ignore_errors: true\n');
    expect(told[0]?.result).toMatchObject({ msg: 'could not find job', ansible_job_id: 'j123.4' });
  });
});
