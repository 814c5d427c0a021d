import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeHost, fakeReply, fakeTransport } from '../../src/transport/fake/fake.ts';
import { BecomeError, ConnectionError, ConnectionLost } from '../../src/transport/transport.ts';
import { play } from './play.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-failures-'));
  writeFileSync(join(folder, 'inventory.ini'), '[all:vars]\nansible_connection=fake\n[all]\none\ntwo\nthree\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = async (tasks: string, hosts: Readonly<Record<string, FakeHost>>, signal?: AbortSignal) => {
  writeFileSync(join(folder, 'site.yml'), `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`);
  const transport = fakeTransport(new Map(Object.entries(hosts)));
  return play({ folder, file: 'site.yml', scratch: folder, lookAhead: true, options: { ...transport, signal } });
};

const fine: FakeHost = { answer: () => fakeReply('done\n') };

const tasks = `
  - name: first
    raw: echo done
  - name: second
    raw: echo done
`.replaceAll('raw:', 'command:');

describe('when hosts fail', () => {
  it('goes on without a host whose connection is lost', async () => {
    const lost: FakeHost = {
      answer: () => {
        throw new ConnectionLost('two', 'the connection to two was cut');
      },
    };
    const { recap, exit, events } = await run(tasks, { one: fine, two: lost, three: fine });
    expect(recap).toMatchObject({ one: { ok: 2 }, two: { ok: 0, unreachable: 1 }, three: { ok: 2 } });
    expect(exit).toBe(4);
    const told = events.find((event) => event.type === 'unreachable');
    expect(told).toMatchObject({ host: 'two', message: 'the connection to two was cut', ignored: false });
    expect(told).toMatchObject({ task: { position: { file: join(folder, 'site.yml'), line: 5 } } });
  });

  it('says what to do where a host lets nobody in', async () => {
    writeFileSync(join(folder, 'site.yml'), `- hosts: two\n  gather_facts: false\n  tasks:\n${tasks}`);
    const connect = () => Promise.reject(new ConnectionError('two', 'two refuses the key', 'add -k'));
    const played = await play({ folder, file: 'site.yml', scratch: folder, lookAhead: true, options: { connect } });
    expect(played.events.find((event) => event.type === 'unreachable')).toMatchObject({ hint: 'add -k' });
    expect(played.exit).toBe(4);
  });

  it('counts an unreachable host as ignored where the task says so', async () => {
    let times = 0;
    const flaky: FakeHost = {
      answer: () => {
        times++;
        return fakeReply('done\n');
      },
    };
    const once: FakeHost = {
      answer: () => {
        throw new ConnectionLost('two', 'cut');
      },
    };
    const ignoring = '  - command: echo done\n    ignore_unreachable: true\n  - debug: msg=on\n';
    const { recap, exit } = await run(ignoring, { one: flaky, two: once, three: fine });
    expect(recap).toMatchObject({ two: { unreachable: 0, ignored: 1 } });
    expect(exit).toBe(0);
    expect(times).toBeGreaterThan(0);
  });

  it('fails a command that takes too long, and tells how long it had', async () => {
    const slow: FakeHost = { answer: () => ({ ...fakeReply(''), timedOut: true, code: 143 }) };
    const limited = '  - command: sleep 100\n    timeout: 3\n';
    const { told, exit } = await run(limited, { one: slow, two: fine, three: fine });
    expect(told.find(({ host }) => host === 'one')).toMatchObject({
      kind: 'failed',
      result: { msg: 'Timed out after 3 second(s).', timedout: { period: 3 } },
    });
    expect(exit).toBe(2);
  });

  it('does not fail a task for a user whom only a later task needs', async () => {
    const asked: string[] = [];
    const choosy: FakeHost = {
      answer: (_script, { user }) => {
        asked.push(user ?? '');
        if (user === 'late') throw new BecomeError('one', 'there is no user late');
        return fakeReply('done\n');
      },
    };
    const later = '  - ping:\n  - ping:\n    become: true\n    become_user: late\n';
    const { recap, told } = await run(later, { one: choosy, two: fine, three: fine });
    expect(recap).toMatchObject({ one: { ok: 1, failed: 1 }, two: { ok: 2 } });
    expect(told.filter(({ host }) => host === 'one').at(-1)?.result).toMatchObject({ msg: 'there is no user late' });
    expect(asked).toContain('late');
  });

  it('ends at once when it is interrupted, and still sums up', async () => {
    const stop = new AbortController();
    const endless: FakeHost = {
      answer: (_script, _identity, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          setTimeout(() => stop.abort(new Error('ended by SIGINT')), 20);
        }),
    };
    const { events, recap } = await run(tasks, { one: endless, two: fine, three: fine }, stop.signal);
    expect(events.at(-1)).toMatchObject({ type: 'run-end', interrupted: true });
    expect(recap).toEqual({ two: expect.objectContaining({ ok: 1 }), three: expect.objectContaining({ ok: 1 }) });
  });
});
