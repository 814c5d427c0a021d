import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/run/cursor.ts';
import { type BlockStep, compareOrder, type RoleInstance, type Step, type TaskStep } from '../../src/run/tree.ts';

/** A task whose name is all that a cursor's test needs. */
const task = (name: string, order: readonly number[] = []): TaskStep =>
  ({ kind: 'task', name: { title: name }, order }) as unknown as TaskStep;

const block = (parts: Partial<Pick<BlockStep, 'block' | 'rescue' | 'always' | 'role'>>): BlockStep => ({
  kind: 'block',
  order: [],
  block: [],
  rescue: [],
  always: [],
  ...parts,
});

/** Walks to the end, failing at the tasks that are named; tells what ran and whether the host was lost. */
const walk = (steps: readonly Step[], failing: readonly string[] = []): string => {
  const cursor = new Cursor('h', steps);
  const ran: string[] = [];
  for (let step = cursor.peek(); step; step = cursor.peek()) {
    ran.push(step.name.title);
    if (failing.includes(step.name.title)) cursor.fail();
    else cursor.advance();
  }
  return ran.join(' ') + (cursor.failed ? ' lost' : '');
};

describe('a cursor', () => {
  it('goes through tasks and blocks in order', () => {
    expect(walk([task('a'), block({ block: [task('b')], always: [task('c')] }), task('d')])).toBe('a b c d');
  });

  it('loses the host at a failure that nothing takes over', () => {
    expect(walk([task('a'), task('b')], ['a'])).toBe('a lost');
  });

  it('rescues, runs always, and goes on', () => {
    const steps = [block({ block: [task('a'), task('b')], rescue: [task('r')], always: [task('z')] }), task('c')];
    expect(walk(steps, ['a'])).toBe('a r z c');
    expect(walk(steps, ['a', 'r'])).toBe('a r z lost');
    expect(walk(steps, ['z'])).toBe('a b z lost');
  });

  it('runs always of every block on the way out', () => {
    const inner = block({ block: [task('a')], always: [task('y')] });
    expect(walk([block({ block: [inner, task('b')], always: [task('z')] }), task('c')], ['a'])).toBe('a y z lost');
  });

  it('hands a failure of an inner rescue to the outer one', () => {
    const inner = block({ block: [task('a')], rescue: [task('r')] });
    expect(walk([block({ block: [inner], rescue: [task('s')] }), task('c')], ['a', 'r'])).toBe('a r s c');
  });

  it('knows whether a failure would be rescued', () => {
    const cursor = new Cursor('h', [block({ block: [block({ block: [task('a')] })], rescue: [task('r')] })]);
    cursor.peek();
    expect(cursor.rescuable).toBe(true);
    cursor.fail();
    expect(cursor.peek()?.name.title).toBe('r');
    expect(cursor.rescuable).toBe(false);
  });

  it('fails an included task into the block that includes it', () => {
    const cursor = new Cursor('h', [block({ block: [task('include'), task('b')], rescue: [task('r')] })]);
    cursor.advance();
    cursor.enter([task('x'), task('y')]);
    expect(cursor.peek()?.name.title).toBe('x');
    cursor.fail();
    expect(cursor.peek()?.name.title).toBe('r');
  });

  it('runs a role once, unless it allows duplicates', () => {
    const role = (allowDuplicates: boolean) =>
      ({ allowDuplicates, ran: new Set(['h']), completed: new Set<string>() }) as unknown as RoleInstance;
    const once = block({ block: [task('a')], role: role(false) });
    expect(walk([once, once, task('b')])).toBe('a b');
    const twice = block({ block: [task('a')], role: role(true) });
    expect(walk([twice, twice, task('b')])).toBe('a a b');
  });

  it('runs a role again of which nothing but skipped tasks was seen', () => {
    const role = { allowDuplicates: false, ran: new Set(), completed: new Set<string>() } as unknown as RoleInstance;
    const skipped = block({ block: [task('a')], role });
    expect(walk([skipped, skipped, task('b')])).toBe('a a b');
  });

  it('walks ahead without a trace', () => {
    const role = {
      allowDuplicates: false,
      ran: new Set(['h']),
      completed: new Set<string>(),
    } as unknown as RoleInstance;
    const cursor = new Cursor('h', [block({ block: [task('a')], role }), task('b')]);
    cursor.peek();
    const ahead = cursor.ahead();
    ahead.advance();
    expect(ahead.peek()?.name.title).toBe('b');
    expect(role.completed.size).toBe(0);
    expect(cursor.peek()?.name.title).toBe('a');
  });

  it('takes only wanted handlers, in their order, at the place of the flush', () => {
    const cursor = new Cursor('h', [task('flush', [3]), task('b', [4])]);
    cursor.advance();
    const wanted = new Set(['two', 'three']);
    const handlers = [task('one', [0]), task('two', [1]), task('three', [2])];
    cursor.enterHandlers(handlers, [3], (step) => wanted.has(step.name.title));
    expect(cursor.peek()?.name.title).toBe('two');
    expect(compareOrder(cursor.position(), [4])).toBeLessThan(0);
    wanted.delete('two');
    cursor.advance();
    expect(cursor.peek()?.name.title).toBe('three');
    cursor.advance();
    expect(cursor.peek()?.name.title).toBe('b');
  });

  it('leaves a role early', () => {
    const role = {
      allowDuplicates: false,
      ran: new Set(['h']),
      completed: new Set<string>(),
    } as unknown as RoleInstance;
    const cursor = new Cursor('h', [block({ block: [task('a'), task('b')], role }), task('c')]);
    cursor.peek();
    expect(cursor.endRole()).toBe(true);
    expect(cursor.peek()?.name.title).toBe('c');
    expect(role.completed.has('h')).toBe(true);
  });
});
