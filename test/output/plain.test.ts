import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { JsonReporter } from '../../src/output/json-lines.ts';
import { outcomeLines } from '../../src/output/outcome-text.ts';
import { PlainReporter } from '../../src/output/plain.ts';
import type { ReporterOptions } from '../../src/output/reporter.ts';
import type { Event, Outcome, TaskName } from '../../src/run/events.ts';
import type { Value } from '../../src/template/values.ts';
import { quietOptions } from './quiet-options.ts';

const position = { file: 'site.yml', line: 4, column: 7 };
const task = (id: number, title: string, module = 'command'): TaskName => ({
  id,
  name: title,
  title,
  module,
  position,
  role: undefined,
  handler: false,
});
const outcome = (of: TaskName, host: string, more: Partial<Outcome> = {}): Outcome => ({
  task: of,
  host,
  delegatedTo: undefined,
  status: 'ok',
  ignored: false,
  rescued: false,
  result: new Map(),
  changes: [],
  diff: [],
  diagnostics: [],
  durationMs: 1,
  ...more,
});

const [install, say] = [task(1, 'web : install'), task(2, 'say', 'debug')];
const counts = { ok: 1, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 };
const events: readonly Event[] = [
  { at: 0, type: 'play-start', play: { id: 1, name: 'all', position }, hosts: ['a', 'b'] },
  { at: 1, type: 'task-start', task: install, hosts: ['a', 'b'] },
  { at: 2, type: 'item-result', ...outcome(install, 'a', { status: 'changed' }), item: 'x', label: 'x' },
  {
    at: 3,
    type: 'task-result',
    looped: true,
    ...outcome(install, 'a', { status: 'changed', result: new Map([['results', [new Map()]]]) }),
  },
  {
    at: 4,
    type: 'task-result',
    looped: false,
    ...outcome(install, 'b', {
      status: 'failed',
      result: new Map([
        ['msg', 'non-zero return code'],
        ['stderr', 'no such package\n'],
      ]),
    }),
  },
  { at: 5, type: 'task-start', task: say, hosts: ['a'] },
  { at: 6, type: 'task-result', looped: false, ...outcome(say, 'a', { result: new Map([['msg', 'two\nlines']]) }) },
  { at: 7, type: 'unreachable', task: say, host: 'c', message: 'c refuses', hint: 'add -k', ignored: false },
  { at: 8, type: 'handlers-lost', host: 'b', handlers: ['restart'] },
  {
    at: 1500,
    type: 'run-end',
    recap: new Map([
      ['b', { ...counts, ok: 0, failed: 1 }],
      ['a', { ...counts, ok: 2, changed: 1 }],
    ]),
    traffic: new Map([['a', { messages: 1, dials: 1 }]]),
    interrupted: false,
  },
];

const plain = (options: Partial<ReporterOptions> = {}): string => {
  let text = '';
  const reporter = new PlainReporter({
    ...quietOptions,
    write: (more) => {
      text += more;
    },
    columns: 40,
    terminal: false,
    ...options,
  });
  for (const event of events) reporter.event(event);
  return stripVTControlCharacters(text);
};

describe('plain lines', () => {
  it('read as Ansible’s users know them', () => {
    expect(plain()).toBe(`
PLAY [all] *****************************

TASK [web : install] *******************
changed: [a] => (item=x)
fatal: [b]
  non-zero return code
  no such package
  at site.yml:4:7

TASK [say] *****************************
ok: [a]
  two
  lines
unreachable: [c]
  c refuses
  add -k
  at site.yml:4:7

PLAY RECAP *****************************
a : ok=2   changed=1   unreachable=0   failed=0   skipped=0   rescued=0   ignored=0
b : ok=0   changed=0   unreachable=0   failed=1   skipped=0   rescued=0   ignored=0
b: handlers that were notified and did not run: restart

2 hosts, 1 message, 1.5 s
`);
  });

  it('tell what a command printed, or all that a module says, where answers are wanted', () => {
    const answer = (fields: Record<string, Value>): string => {
      const told = outcome(task(9, 'ask'), 'a', { result: new Map<Value, Value>(Object.entries(fields)) });
      return stripVTControlCharacters(outcomeLines(told, undefined, { ...quietOptions, answers: true }).join('\n'));
    };
    expect(answer({ changed: true, stdout: 'one\ntwo', stderr: 'three', rc: 0 })).toBe(
      'ok: [a]\n  one\n  two\n  three',
    );
    expect(answer({ changed: false, ping: 'pong' })).toBe('ok: [a]\n  ping: pong');
  });

  it('list the slowest tasks where that is wanted', () => {
    expect(plain({ profile: true })).toMatch(/1\.5 s 100% {2}say site\.yml:4:7\n/);
  });
});

describe('JSON lines', () => {
  it('hold each event as one object', () => {
    const lines: string[] = [];
    const reporter = new JsonReporter((text) => lines.push(text));
    for (const event of events) reporter.event(event);
    const parsed = lines.map((line) => JSON.parse(line));
    expect(parsed.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
    expect(parsed.at(-1).recap.a).toMatchObject({ ok: 2, changed: 1 });
    expect(parsed[4].result).toEqual({ msg: 'non-zero return code', stderr: 'no such package\n' });
  });
});
