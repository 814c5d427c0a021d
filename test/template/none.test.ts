import { expect, it } from 'vitest';
import { createTemplar } from '../../src/template/create-templar.ts';
import { Template } from '../../src/template/values.ts';

const templar = createTemplar({ environment: {} });
const empty = { get: () => undefined, has: () => false, names: () => [] };

it.each([
  ['{% set x = none %}{{ x is none }}', 'True'],
  ["{% set x = '' | regex_search('y') %}{{ 'found' if x else 'not found' }}", 'not found'],
  ['{% for x in [none, 1] %}{{ x is none }} {% endfor %}', 'True False '],
  ['{% set x = 1 %}{% for i in [1] %}{% set x = none %}{{ x is none }}{% endfor %}', 'True'],
])('keeps None apart from a name that nobody set: %s', (source, expected) => {
  expect(String(templar.render(new Template(source), empty)).replace('true', 'True')).toBe(expected);
});
