import { expect, it } from 'vitest';
import { nearest } from '../../src/util/nearest.ts';

const keywords = ['when', 'with_items', 'notify', 'register', 'become', 'become_user', 'changed_when', 'tags'];

it.each([
  ['wehn', 'when'],
  ['notfy', 'notify'],
  ['regsiter', 'register'],
  ['Become', 'become'],
  ['become_usr', 'become_user'],
  ['change_when', 'changed_when'],
  ['with_itms', 'with_items'],
])('finds what %s was meant to be', (word, meant) => {
  expect(nearest(word, keywords)).toBe(meant);
});

it.each(['x', 'template', 'kubernetes_version', ''])('makes no guess for %j', (word) => {
  expect(nearest(word, keywords)).toBeUndefined();
});
