import { describe, expect, it } from 'vitest';
import { Machine } from '../../src/run/machine.ts';
import { ShellText } from '../../src/transport/shell/quote.ts';
import type { Reply } from '../../src/transport/transport.ts';

const look = (text: string, user?: string) => ({
  identity: user ? ({ method: 'sudo', user } as const) : ({ method: 'none' } as const),
  script: { text: new ShellText(text) },
});
const reply = (code: number): Reply => ({
  code,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  timedOut: false,
  durationMs: 0,
});

describe('what was seen ahead', () => {
  it('is handed out once, for the same script by the same user', () => {
    const machine = new Machine(() => 0);
    machine.beginLooks([look('a')])([reply(1)]);
    expect(machine.take(look('b'))).toBeUndefined();
    expect(machine.take(look('a', 'root'))).toBeUndefined();
    expect(machine.take(look('a'))?.code).toBe(1);
    expect(machine.take(look('a'))).toBeUndefined();
  });

  it('keeps a reply for each of two tasks that look alike', () => {
    const machine = new Machine(() => 0);
    machine.beginLooks([look('a'), look('a')])([reply(1), reply(1)]);
    expect(machine.missing([look('a'), look('a'), look('a')])).toHaveLength(1);
    machine.take(look('a'));
    expect(machine.take(look('a'))?.code).toBe(1);
  });

  it('is thrown away by an apply, but for the looks behind it', () => {
    const machine = new Machine(() => 0);
    machine.beginLooks([look('a')])([reply(1)]);
    const done = machine.beginApply([look('b')]);
    expect(machine.take(look('a'))).toBeUndefined();
    done([reply(2)]);
    expect(machine.take(look('b'))?.code).toBe(2);
  });

  it('is worthless where an apply began while the look was under way', () => {
    const machine = new Machine(() => 0);
    const seen = machine.beginLooks([look('a')]);
    const done = machine.beginApply([]);
    seen([reply(1)]);
    done([]);
    expect(machine.take(look('a'))).toBeUndefined();
    const during = machine.beginApply([]);
    const late = machine.beginLooks([look('c')]);
    during([]);
    late([reply(3)]);
    expect(machine.take(look('c'))).toBeUndefined();
  });

  it('is asked again after ten seconds', () => {
    let now = 0;
    const machine = new Machine(() => now);
    machine.beginLooks([look('a'), look('b')])([reply(1), reply(1)]);
    now = 9_000;
    expect(machine.take(look('a'))?.code).toBe(1);
    now = 10_001;
    expect(machine.missing([look('b')])).toHaveLength(1);
    expect(machine.take(look('b'))).toBeUndefined();
  });

  it('counts from when the replies came: what stood before them may have taken long', () => {
    let now = 0;
    const machine = new Machine(() => now);
    const looked = machine.beginLooks([look('a')]);
    const applied = machine.beginApply([look('b')]);
    now = 60_000;
    applied([reply(2)]);
    looked([reply(1)]);
    expect(machine.take(look('a'))).toBeUndefined();
    expect(machine.take(look('b'))?.code).toBe(2);
    const slow = machine.beginLooks([look('a')]);
    now = 120_000;
    slow([reply(1)]);
    expect(machine.take(look('a'))?.code).toBe(1);
  });

  it('does not believe looks behind one of two applies at once', () => {
    const machine = new Machine(() => 0);
    const one = machine.beginApply([look('a')]);
    const two = machine.beginApply([look('b')]);
    one([reply(1)]);
    two([reply(2)]);
    expect(machine.take(look('a'))).toBeUndefined();
    expect(machine.take(look('b'))).toBeUndefined();
  });

  it('holds what others may change only until something is changed on any machine', () => {
    const applies = { count: 0 };
    const [machine, other] = [new Machine(() => 0, applies), new Machine(() => 0, applies)];
    machine.beginLooks([look('a'), { ...look('b'), beyond: true }])([reply(1), reply(2)]);
    other.beginApply([])([]);
    expect(machine.missing([look('a'), look('b')])).toEqual([look('b')]);
    expect(machine.take(look('b'))).toBeUndefined();
    expect(machine.take(look('a'))?.code).toBe(1);
  });
});
