import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planModule, runModule } from '../harness.ts';

/** What the documentation of community.general.ini_file promises; it is no part of ansible-core, so nothing else was asked. */
const cases: readonly (readonly [string, string | undefined, Record<string, unknown>, string, string])[] = [
  [
    'makes the file',
    undefined,
    { section: 's', option: 'a', value: '1' },
    '\n[s]\na = 1\n',
    'section and option added',
  ],
  [
    'adds a section',
    '[x]\nb = 2\n',
    { section: 's', option: 'a', value: '1' },
    '[x]\nb = 2\n[s]\na = 1\n',
    'section and option added',
  ],
  [
    'adds an option at the end of its section',
    '[s]\nb = 2\n\n[t]\nc = 3\n',
    { section: 's', option: 'a', value: '1' },
    '[s]\nb = 2\na = 1\n\n[t]\nc = 3\n',
    'option added',
  ],
  [
    'changes an option',
    '# c\n[s]\na = 0\nb = 2\n',
    { section: 's', option: 'a', value: '1' },
    '# c\n[s]\na = 1\nb = 2\n',
    'option changed',
  ],
  [
    'leaves the same option of another section',
    '[t]\na = 0\n[s]\na = 0\n',
    { section: 's', option: 'a', value: '1' },
    '[t]\na = 0\n[s]\na = 1\n',
    'option changed',
  ],
  ['leaves what is there', '[s]\na = 1\n', { section: 's', option: 'a', value: '1' }, '[s]\na = 1\n', 'OK'],
  [
    'takes a commented option',
    '[s]\n#a = 0\n',
    { section: 's', option: 'a', value: '1' },
    '[s]\na = 1\n',
    'option changed',
  ],
  [
    'leaves a commented option',
    '[s]\n#a = 0\n',
    { section: 's', option: 'a', value: '1', modify_inactive_option: false },
    '[s]\n#a = 0\na = 1\n',
    'option added',
  ],
  [
    'writes no blanks',
    '[s]\n',
    { section: 's', option: 'a', value: '1', no_extra_spaces: true },
    '[s]\na=1\n',
    'option added',
  ],
  [
    'leaves other blanks',
    '[s]\na=1\n',
    { section: 's', option: 'a', value: '1', ignore_spaces: true },
    '[s]\na=1\n',
    'OK',
  ],
  [
    'removes an option',
    '[s]\na = 1\nb = 2\n',
    { section: 's', option: 'a', state: 'absent' },
    '[s]\nb = 2\n',
    'option changed',
  ],
  [
    'removes a section',
    '[s]\na = 1\n[t]\nb = 2\n',
    { section: 's', state: 'absent' },
    '[t]\nb = 2\n',
    'section removed',
  ],
  ['removes nothing', '[t]\nb = 2\n', { section: 's', state: 'absent' }, '[t]\nb = 2\n', 'OK'],
  [
    'sets an option before all sections',
    'b = 2\n[s]\na = 0\n',
    { option: 'a', value: '1' },
    'b = 2\na = 1\n[s]\na = 0\n',
    'option added',
  ],
  [
    'sets several values',
    '[s]\na = 0\n',
    { section: 's', option: 'a', values: ['1', '2'] },
    '[s]\na = 1\na = 2\n',
    'option added',
  ],
  [
    'adds to the values',
    '[s]\na = 0\n',
    { section: 's', option: 'a', values: ['1'], exclusive: false },
    '[s]\na = 0\na = 1\n',
    'option added',
  ],
  [
    'takes other values away',
    '[s]\na = 0\na = 1\n',
    { section: 's', option: 'a', value: '1' },
    '[s]\na = 1\n',
    'option changed',
  ],
  [
    'sets an option without a value',
    '[s]\n',
    { section: 's', option: 'a', allow_no_value: true },
    '[s]\na\n',
    'option added',
  ],
  [
    'keeps what has = in it',
    '[s]\na = x=y\n',
    { section: 's', option: 'a', value: 'x=z' },
    '[s]\na = x=z\n',
    'option changed',
  ],
];

describe('ini_file', () => {
  it.each(cases)('%s', async (_, before, args, after, msg) => {
    const directory = mkdtempSync(join(tmpdir(), 'kb-ini-'));
    try {
      const path = join(directory, 'f.ini');
      if (before !== undefined) writeFileSync(path, before);
      const { result } = await runModule('ini_file', { path, ...args });
      expect(result.get('msg')).toBe(msg);
      expect(readFileSync(path, 'utf8')).toBe(after);
      expect(result.get('changed')).toBe(before !== after);
      expect((await planModule('ini_file', { path, ...args })).outcome).toBe('nothing');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
