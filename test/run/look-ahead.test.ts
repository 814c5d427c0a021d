import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Event } from '../../src/run/events.ts';
import { connect } from '../../src/transport/open-transport.ts';
import { defaultSettings, type PlayRequest, play } from './play.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-ahead-'));
  writeFileSync(join(folder, 'inventory.ini'), 'one ansible_connection=local\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = async (tasks: string, lookAhead = true, options: PlayRequest['options'] = {}) => {
  writeFileSync(join(folder, 'site.yml'), `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`);
  const played = await play({ folder, file: 'site.yml', scratch: folder, lookAhead, options });
  const end = played.events.find((event): event is Event & { type: 'run-end' } => event.type === 'run-end');
  return { ...played, messages: end?.traffic.get('one')?.messages ?? 0 };
};

/** A hundred tasks of the kinds that roles are made of; `changing` of them find their directory missing. */
const role = (changing: number): string =>
  Array.from({ length: 25 }, (_, i) => {
    const name = `${folder}/${i < changing ? `fresh-${i}` : 'there'}`;
    return [
      `  - file: {path: "${name}", state: directory, mode: "0755"}`,
      `  - stat: {path: "${folder}"}`,
      `    register: seen_${i}`,
      `  - set_fact: {number: ${i}}`,
      `  - file: {path: "${folder}/there", state: directory}`,
      `    when: number == ${i}`,
      '',
    ].join('\n');
  }).join('');

describe('looks sent ahead', () => {
  it('run a hundred tasks with nothing to change in few messages', { timeout: 60_000 }, async () => {
    await run(role(0));
    const { messages, recap } = await run(role(0));
    expect(recap).toMatchObject({ one: { ok: 100, changed: 0 } });
    expect(messages).toBeLessThanOrEqual(6);
  });

  it.each([1, 5, 20])('cost one message more for each of %i changes', { timeout: 60_000 }, async (changes) => {
    const { messages, recap } = await run(role(changes));
    // The directory that the other tasks share is a change too.
    expect(recap).toMatchObject({ one: { ok: 100, changed: changes + 1 } });
    expect(messages).toBeLessThanOrEqual(6 + changes + 1);
  });

  it('see what an apply before them did', async () => {
    const tasks = `
  - file: {path: "${folder}/a", state: directory}
  - stat: {path: "${folder}/a"}
    register: made
  - file: {path: "${folder}/a", state: absent}
  - stat: {path: "${folder}/a"}
    register: gone
  - assert: {that: [made.stat.exists, not gone.stat.exists]}
`;
    expect((await run(tasks)).recap).toMatchObject({ one: { failed: 0, changed: 2 } });
  });

  it('cost one message for each step that depends on the answer before it', async () => {
    const tasks = `
  - stat: {path: "${folder}"}
    register: first
  - stat: {path: "${folder}{{ '/x' if first.stat.exists else '/y' }}"}
    register: second
  - stat: {path: "${folder}{{ '/x' if second.stat.exists else '/y' }}"}
`;
    expect((await run(tasks)).messages).toBe(3);
  });

  it('go through loops in one message', async () => {
    const tasks = `
  - stat: {path: "${folder}/{{ item }}"}
    loop: [a, b, c, d]
  - stat: {path: "${folder}"}
`;
    expect((await run(tasks)).messages).toBe(1);
  });

  it('go through includes and blocks', async () => {
    writeFileSync(join(folder, 'more.yml'), `- stat: {path: "${folder}/more"}\n`);
    const tasks = `
  - stat: {path: "${folder}"}
  - block:
      - include_tasks: more.yml
      - stat: {path: "${folder}/b"}
    always:
      - stat: {path: "${folder}/c"}
  - include_tasks: more.yml
    when: false
  - stat: {path: "${folder}/d"}
`;
    expect((await run(tasks)).messages).toBe(1);
  });

  it('call nothing impure before its turn, and then once', async () => {
    const log = join(folder, 'log');
    writeFileSync(
      join(folder, 'inventory.ini'),
      `one ansible_connection=local\n[all:vars]\npiped="{{ lookup('pipe', 'echo x >> ${log}; echo ${folder}/p') }}"\n`,
    );
    const tasks = `
  - stat: {path: "${folder}/a"}
  - stat: {path: "${folder}/b"}
    when: false
  - stat: {path: "{{ piped }}"}
`;
    const { messages } = await run(tasks);
    expect(messages).toBe(2);
    expect(readFileSync(log, 'utf8')).toBe('x\n');
    expect(existsSync(join(folder, 'p'))).toBe(false);
  });

  it('ask again where a task waits for an answer to change', async () => {
    const tasks = `
  - shell: "(sleep 0.3; touch ${folder}/late) > /dev/null 2>&1 &"
  - stat: {path: "${folder}/late"}
    register: late
    until: late.stat.exists
    retries: 20
    delay: 0.1
`;
    const { recap } = await run(tasks);
    expect(recap).toMatchObject({ one: { failed: 0, ok: 2 } });
  });

  it('go into plays that are resolved while the host is dialled, each role read once', async () => {
    const role = join(folder, 'roles/told/tasks');
    mkdirSync(role, { recursive: true });
    writeFileSync(join(role, 'main.yml'), '- debug: {msg: at first}\n');
    const tasks = `
  - stat: {path: "${folder}"}
- hosts: all
  gather_facts: false
  roles: [told]
`;
    const told = async (waits: boolean): Promise<string> => {
      const dial: NonNullable<PlayRequest['options']>['connect'] = async (target, options) => {
        if (waits) options.onWaiting?.();
        await sleep(100);
        writeFileSync(join(role, 'main.yml'), '- debug: {msg: later}\n');
        return connect(target, options);
      };
      return JSON.stringify((await run(tasks, true, { proven: true, connect: dial })).told);
    };
    expect(await told(true)).toContain('at first');
    writeFileSync(join(role, 'main.yml'), '- debug: {msg: at first}\n');
    expect(await told(false)).toContain('later');
  });

  it('pass by tasks of which something is not known yet, which ask in a message of their own', async () => {
    const tasks = Array.from(
      { length: 10 },
      (_, i) => `
  - stat: {path: "${folder}/${i}"}
    register: seen
  - file: {path: "${folder}/${i}", state: absent}
    when: seen.stat.exists
  - set_fact: {word: "{{ 'is' if seen.stat.exists else 'not' }}"}
`,
    ).join('');
    const passed = await run(tasks);
    expect(passed.recap).toMatchObject({ one: { ok: 20, changed: 0, skipped: 10 } });
    expect(passed.messages).toBe(1);
    const { messages } = await run(`${tasks}  - stat: {path: "${folder}/{{ word }}"}\n  - stat: {path: "${folder}"}\n`);
    expect(messages).toBe(2);
  });

  it('do not pass by what may change everything behind it', async () => {
    const tasks = `
  - stat: {path: "${folder}"}
    register: seen
  - add_host: {name: "{{ seen.stat.pw_name }}"}
  - stat: {path: "${folder}/a"}
`;
    expect((await run(tasks)).messages).toBe(2);
  });

  it('are all asked for again in one message where those before have become too old', async () => {
    const tasks = `
  - stat: {path: "${folder}"}
    register: seen
  - debug: {msg: "{{ seen.stat.exists }}"}
${Array.from({ length: 5 }, (_, i) => `  - stat: {path: "${folder}/${i}"}\n`).join('')}`;
    const now = performance.now.bind(performance);
    let later = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + later);
    let messages: number | undefined;
    const listener: NonNullable<PlayRequest['options']>['listener'] = (event) => {
      if (event.type === 'task-result' && event.task.module === 'debug') later = 11_000;
      if (event.type === 'run-end') messages = event.traffic.get('one')?.messages;
    };
    try {
      await run(tasks, true, { listener });
    } finally {
      clock.mockRestore();
    }
    expect(messages).toBe(2);
  });

  it('start one program for the files of many tasks', async () => {
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    for (const program of ['stat', 'sha1sum']) {
      const text = `#!/bin/sh\necho ${program} >>${folder}/started\nPATH=\${PATH#*:} exec ${program} "$@"\n`;
      writeFileSync(join(programs, program), text, { mode: 0o755 });
    }
    const tasks = Array.from(
      { length: 20 },
      (_, i) => `  - copy: {content: "number ${i}", dest: "${folder}/file ${i}", mode: "0600"}\n`,
    ).join('');
    const PATH = process.env.PATH;
    process.env.PATH = `${programs}:${PATH}`;
    try {
      expect((await run(tasks)).recap).toMatchObject({ one: { changed: 20 } });
      writeFileSync(join(folder, 'file 7'), 'number x');
      writeFileSync(join(folder, 'file 8'), 'something else');
      rmSync(join(folder, 'started'));
      const { recap, messages } = await run(tasks, true, { settings: { ...defaultSettings, checkMode: true } });
      expect(recap).toMatchObject({ one: { changed: 2, ok: 20 } });
      expect(messages).toBe(1);
    } finally {
      process.env.PATH = PATH;
    }
    const started = readFileSync(join(folder, 'started'), 'utf8').split('\n');
    // All that is there, the sizes, and the size of the one that is not as long as it should be.
    expect(started.filter((program) => program === 'stat')).toHaveLength(3);
    expect(started.filter((program) => program === 'sha1sum')).toHaveLength(1);
  });

  it('do not keep a template that a task before writes', async () => {
    const template = join(folder, 'written.j2');
    writeFileSync(template, 'old');
    const tasks = `
  - stat: {path: "${folder}"}
  - template: {src: written.j2, dest: "${folder}/first"}
  - copy: {content: newer, dest: "${template}"}
  - template: {src: written.j2, dest: "${folder}/second"}
`;
    await run(tasks);
    expect(['first', 'second'].map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['old', 'newer']);
  });

  it('go on into the plays behind', async () => {
    const tasks = `
  - stat: {path: "${folder}/a"}
- hosts: all
  gather_facts: false
  serial: 1
  tasks:
  - set_fact: {where: "${folder}/b"}
  - stat: {path: "{{ where }}"}
- hosts: all
  gather_facts: false
  tasks:
  - stat: {path: "{{ where }}/c"}
`;
    expect((await run(tasks)).messages).toBe(1);
    expect((await run(tasks, true, { proven: true })).messages).toBe(1);
  });

  it('end where a play that nobody has checked is wrong, which is told at its turn', async () => {
    const tasks = `
  - file: {path: "${folder}/made", state: touch}
- hosts: all
  roles: [nowhere]
`;
    await expect(run(tasks)).rejects.toThrow("there is no role 'nowhere'");
    expect(existsSync(join(folder, 'made'))).toBe(false);
    await expect(run(tasks, true, { proven: true })).rejects.toThrow("there is no role 'nowhere'");
    expect(existsSync(join(folder, 'made'))).toBe(true);
  });

  it('see in a later play what another host has changed before it', async () => {
    writeFileSync(
      join(folder, 'inventory.ini'),
      'one ansible_connection=local\ntwo ansible_connection=local ansible_user=x\n',
    );
    const tasks = `
  - stat: {path: "${folder}/a"}
- hosts: two
  gather_facts: false
  tasks:
  - file: {path: "${folder}/shared", state: directory}
- hosts: one
  gather_facts: false
  tasks:
  - stat: {path: "${folder}/shared"}
    register: shared
  - assert: {that: shared.stat.exists}
`;
    expect((await run(tasks)).recap).toMatchObject({ one: { failed: 0 }, two: { changed: 1 } });
  });

  it('pass by what is asked elsewhere or once', async () => {
    const tasks = `
  - stat: {path: "${folder}/a"}
  - stat: {path: "${folder}"}
    delegate_to: elsewhere
    run_once: true
    when: false
    register: there
  - assert: {that: true}
    run_once: true
  - stat: {path: "${folder}/b"}
  - stat: {path: "${folder}/{{ there is skipped }}"}
`;
    expect((await run(tasks)).messages).toBe(1);
  });

  it('pass by what is asked elsewhere under a condition that is not known yet', async () => {
    const tasks = `
  - stat: {path: "${folder}/a"}
    register: first
  - stat: {path: "${folder}"}
    delegate_to: elsewhere
    when: first.stat.exists
  - stat: {path: "${folder}/b"}
`;
    expect((await run(tasks)).messages).toBe(1);
  });

  it('do not go where a delegated task goes', async () => {
    const tasks = `
  - stat: {path: "${folder}"}
    delegate_to: elsewhere
    vars: {ansible_connection: local, ansible_user: x}
  - stat: {path: "${folder}/a"}
`;
    const { messages, events } = await run(tasks);
    const end = events.find((event) => event.type === 'run-end');
    expect([messages, end?.traffic.get('elsewhere')?.messages]).toEqual([1, 1]);
  });

  it('take two names of one machine for one', async () => {
    writeFileSync(join(folder, 'inventory.ini'), 'one ansible_connection=local\ntwo ansible_connection=local\n');
    const tasks = `
  - file: {path: "${folder}/shared", state: directory}
    when: inventory_hostname == 'two'
  - stat: {path: "${folder}/shared"}
    register: shared
  - assert: {that: shared.stat.exists}
`;
    expect((await run(tasks)).recap).toMatchObject({ one: { failed: 0 }, two: { failed: 0 } });
  });

  describe('by a host that waits for others', () => {
    const { PATH } = process.env;
    beforeEach(() => {
      writeFileSync(
        join(folder, 'inventory.ini'),
        'one ansible_connection=local\ntwo ansible_connection=local ansible_user=x\n',
      );
      // The other host's answer waits for what this one asks next, and not for ever.
      const program = `#!/bin/sh
case "$*" in
  */next) touch '${folder}/asked' ;;
  */slow) for i in 1 2 3 4 5 6 7 8 9 10; do [ -e '${folder}/asked' ] && { touch '${folder}/meanwhile'; break; }; sleep 0.5; done ;;
esac
exec /usr/bin/stat "$@"
`;
      writeFileSync(join(folder, 'stat'), program, { mode: 0o755 });
      process.env.PATH = `${folder}:${PATH}`;
    });
    afterEach(() => {
      process.env.PATH = PATH;
    });
    const tasks = (ofTwo: string): string => `
  - stat: {path: "${folder}"}
    register: first
  - ${ofTwo}
    when: inventory_hostname == 'two' and first.stat.exists
  - stat: {path: "${folder}/{{ 'next' if first.stat.exists else '' }}", follow: true}
    register: next
`;

    it('are made meanwhile', { timeout: 20_000 }, async () => {
      const { events } = await run(tasks(`stat: {path: "${folder}/{{ 'slow' if first.stat.exists else '' }}"}`));
      const end = events.find((event) => event.type === 'run-end');
      expect(existsSync(join(folder, 'meanwhile'))).toBe(true);
      expect([...(end?.traffic.values() ?? [])].map(({ messages }) => messages)).toEqual([2, 2]);
    });

    it('are made again where one of those changed something', { timeout: 20_000 }, async () => {
      symlinkSync('slow', join(folder, 'next'));
      // Two machines, as far as the run can tell.
      const apart: NonNullable<PlayRequest['options']>['connect'] = async (target, options) => {
        const connection = await connect(target, options);
        return {
          endpoint: target.name,
          traffic: connection.traffic,
          shell: (identity) => connection.shell(identity),
          close: () => connection.close(),
        };
      };
      const { recap } = await run(
        `${tasks(`file: {path: "${folder}/slow", state: directory}`)}  - assert: {that: next.stat.exists}\n`,
        true,
        { connect: apart },
      );
      expect(existsSync(join(folder, 'meanwhile'))).toBe(true);
      expect(recap).toMatchObject({ one: { failed: 0 }, two: { changed: 1, failed: 0 } });
    });
  });
});
