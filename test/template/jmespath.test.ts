import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseQuery } from '../../src/template/jmespath/parse.ts';
import { search } from '../../src/template/jmespath/search.ts';
import { dumpJson } from '../../src/template/json/dump.ts';
import { loadJson } from '../../src/template/json/load.ts';
import { type Notation, readValue } from './value-notation.ts';

/** Queries with what the jmespath package of Python, version 1.1.0, found. */
const { value, queries } = JSON.parse(readFileSync(join(import.meta.dirname, 'jmespath.json'), 'utf8')) as {
  value: Notation;
  queries: [string, unknown][];
};
const style = { indent: undefined, itemSeparator: ',', keySeparator: ':', sortKeys: false, ensureAscii: false };

it.each(queries)('%s', (query, found) => {
  expect(JSON.parse(dumpJson(search(parseQuery(query), readValue(value)), style))).toEqual(found);
});

it('says what is wrong with a query', () => {
  expect(() => parseQuery('a.[')).toThrow("the query 'a.[' can't be read");
  expect(() => search(parseQuery('lenght(@)'), loadJson('[]'))).toThrow("queries have no function 'lenght'");
});
