import { describe, expect, it } from 'vitest';
import { isChosen } from '../../src/run/tags.ts';

/** tags of the task | --tags | --skip-tags | runs; as ansible-core 2.19 answers. */
const cases: readonly (readonly [string, string, string, boolean])[] = [
  ['', '', '', true],
  ['a', '', '', true],
  ['never', '', '', false],
  ['never,a', 'a', '', true],
  ['never,a', 'all', '', false],
  ['a', 'a', '', true],
  ['b', 'a', '', false],
  ['', 'a', '', false],
  ['always', 'a', '', true],
  ['always', 'a', 'always', false],
  ['a', 'tagged', '', true],
  ['', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['a', '', 'a', false],
  ['a', '', 'tagged', false],
  ['', '', 'tagged', true],
  ['', '', 'untagged', false],
  ['always', '', 'all', true],
  ['a', '', 'all', false],
];

const list = (text: string): string[] => text.split(',').filter(Boolean);

describe('tags', () => {
  it.each(cases)('[%s] under --tags [%s] --skip-tags [%s]: %s', (tags, only, skip, runs) => {
    expect(isChosen(new Set(list(tags)), { tags: list(only), skipTags: list(skip) })).toBe(runs);
  });
});
