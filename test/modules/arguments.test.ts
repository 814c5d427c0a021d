import { describe, expect, it } from 'vitest';
import { checkArguments, readArguments } from '../../src/modules/arguments.ts';
import { fromPlain } from '../../src/modules/coerce.ts';
import { defineControl, ModuleFailure, type OptionTable } from '../../src/modules/module.ts';
import { omit, Template, type Value } from '../../src/template/values.ts';

const options: OptionTable = {
  path: { type: 'path', required: true, aliases: ['dest', 'name'], description: '' },
  state: { type: 'str', choices: ['present', 'absent'], default: 'present', description: '' },
  force: { type: 'bool', default: false, description: '' },
  count: { type: 'int', description: '' },
  names: { type: 'list', elements: 'str', description: '' },
  settings: { type: 'dict', description: '' },
  size: { type: 'bytes', description: '' },
  secret: { type: 'int', noLog: true, description: '' },
};
const module = defineControl({
  name: 'sample',
  summary: '',
  options,
  constraints: { mutuallyExclusive: [['count', 'size']], requiredIf: [['state', 'absent', ['count']]] },
  run: () => new Map(),
});
const given = (args: Record<string, unknown>): Map<Value, Value> => fromPlain(args) as Map<Value, Value>;
const read = (args: Record<string, unknown>): Record<string, Value> =>
  Object.fromEntries(readArguments(module, given(args)));
const failure = (args: Record<string, unknown>): string => {
  try {
    readArguments(module, given(args));
  } catch (error) {
    if (error instanceof ModuleFailure) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
};

describe('arguments', () => {
  it('resolves aliases, fills in defaults and drops what was omitted', () => {
    expect(
      readArguments(
        module,
        new Map<Value, Value>([
          ['dest', '/x'],
          ['count', omit],
        ]),
      ),
    ).toEqual(
      new Map<string, Value>([
        ['path', '/x'],
        ['state', 'present'],
        ['force', false],
      ]),
    );
  });

  it.each([
    ['yes', true],
    ['Off', false],
    [1, true],
    ['t', true],
  ])('reads %j as a bool', (word, expected) => {
    expect(read({ path: '/', force: word }).force).toBe(expected);
  });

  it('reads numbers, lists, dicts and sizes from text', () => {
    const args = read({ path: '/', names: 'a, b,c', settings: 'k=v, x="a b"' });
    expect(args.names).toEqual(['a', 'b', 'c']);
    expect(args.settings).toEqual(
      new Map([
        ['k', 'v'],
        ['x', 'a b'],
      ]),
    );
    expect(read({ path: '/', count: ' 42 ' }).count).toBe(42);
    expect(read({ path: '/', size: '1.5 KB' }).size).toBe(1536);
    expect(read({ path: '/', settings: '{"a": [1]}' }).settings).toEqual(new Map([['a', [1]]]));
  });

  it('prints what is no text as Python does', () => {
    expect(read({ path: true }).path).toBe('True');
    expect(read({ path: [1, 'a', null] }).path).toBe("[1, 'a', None]");
  });

  it('names the nearest option for one that does not exist', () => {
    expect(failure({ path: '/', stat: 'absent' })).toContain('Unsupported parameters for (sample) module: stat.');
    expect(failure({ path: '/', stat: 'absent' })).toContain('did you mean state?');
  });

  it('names the choices, what is missing, and what does not go together', () => {
    expect(failure({ path: '/', state: 'presnt' })).toBe(
      'value of state must be one of: present, absent, got: presnt (did you mean present?)',
    );
    expect(failure({})).toBe('missing required arguments: path');
    expect(failure({ path: '/', count: 1, size: 1 })).toBe('parameters are mutually exclusive: count|size');
    expect(failure({ path: '/', state: 'absent' })).toBe('state is absent but all of the following are missing: count');
  });

  it('lets a default stand beside what it excludes when given', () => {
    const sized: OptionTable = { ...options, size: { type: 'bytes', default: 1, description: '' } };
    const other = { ...module, options: sized };
    expect(readArguments(other, given({ path: '/', count: 1 })).get('count')).toBe(1);
    expect(() => readArguments(other, given({ path: '/', count: 1, size: 1 }))).toThrow('mutually exclusive');
  });

  it('does not print a value that must not be logged', () => {
    expect(failure({ path: '/', secret: 'hunter2' })).not.toContain('hunter2');
  });

  it('says before rendering what no template hides', () => {
    const raw = new Map<Value, Value>([
      ['dest', new Template('{{ x }}')],
      ['stat', 'absent'],
      ['force', 'maybe'],
    ]);
    expect(checkArguments(module, raw).map((problem) => problem.option)).toEqual(['stat', 'force']);
  });
});
