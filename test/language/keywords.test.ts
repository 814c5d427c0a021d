import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  blockKeywords,
  handlerKeywords,
  importPlaybookKeywords,
  type KeywordTable,
  loopControlKeywords,
  playKeywords,
  roleEntryKeywords,
  taskKeywords,
} from '../../src/language/keywords.ts';

const theirs = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/keywords.json'), 'utf8')) as Record<
  string,
  Record<string, string>
>;

const tables: Record<string, readonly [table: KeywordTable, ours: readonly string[], notOurs: readonly string[]]> = {
  // `user` and `local_action` are taken before ansible-core's table is asked; the rest are its inner names.
  Play: [playKeywords, ['user'], []],
  Block: [blockKeywords, [], []],
  Task: [taskKeywords, ['local_action'], ['async_val', 'loop_with']],
  Handler: [handlerKeywords, ['local_action'], ['async_val', 'loop_with']],
  RoleInclude: [roleEntryKeywords, [], []],
  LoopControl: [loopControlKeywords, [], []],
  // ansible-core takes `collections` there from the plays.
  PlaybookInclude: [importPlaybookKeywords, ['collections'], []],
};

describe('the tables of keywords', () => {
  it.each(Object.entries(tables))('%s has the keywords of ansible-core', (name, [table, ours, notOurs]) => {
    const wanted = Object.keys(theirs[name] ?? {}).filter((keyword) => !notOurs.includes(keyword));
    expect(Object.keys(table).sort()).toEqual([...wanted, ...ours].sort());
  });
});
