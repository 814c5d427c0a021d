import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Template, type Value } from '../../src/template/values.ts';
import { readExtraVars } from '../../src/variables/extra-vars.ts';

const folder = mkdtempSync(join(tmpdir(), 'extra-vars-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('-e', () => {
  it('takes pairs, mappings and files, the last one winning', () => {
    const file = join(folder, 'v.yml');
    writeFileSync(file, 'd: [1]\na: file\n');
    const vars = readExtraVars(['a=1 b="x y" t={{ q }}', '{"c": true, "a": 2}', '{e: no}', `@${file}`]);
    expect(vars.get('a')).toBe('file');
    expect(vars.get('b')).toBe('x y');
    expect(vars.get('c')).toBe(true);
    expect(vars.get('d')).toEqual([1]);
    expect(vars.get('e')).toBe(false);
    expect(vars.get('t')).toBeInstanceOf(Template);
  });

  it('joins mappings where told to', () => {
    const vars = readExtraVars(['{d: {a: 1}}', '{d: {b: 2}}'], { mergeHashes: true });
    expect(vars.get('d')).toEqual(
      new Map<Value, Value>([
        ['a', 1],
        ['b', 2],
      ]),
    );
  });

  it.each([
    ['word', 'word has no value'],
    ['a="b', 'is not closed'],
    ['[1, 2]', 'is no mapping'],
    ['/etc/x.yml', 'is no mapping'],
    [`@${join('/nowhere', 'x.yml')}`, "can't read /nowhere/x.yml"],
  ])('refuses %s', (option, message) => {
    expect(() => readExtraVars([option])).toThrow(message);
  });
});
