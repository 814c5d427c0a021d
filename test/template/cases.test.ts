import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTemplar } from '../../src/template/create-templar.ts';
import { Template } from '../../src/template/values.ts';
import { UserError } from '../../src/util/diagnostic.ts';
import { type Notation, readValue, writeValue } from './value-notation.ts';

/**
 * What ansible-core 2.21.5 itself answered, stored by `oracle/ask.py`: each line of `cases/` has a template, an expression or
 * the text of a file, the variables where
 * they are not those of `variables.json`, and the value or the error. Where k8s-bm differs, `differences.json` says why.
 */
interface Case {
  readonly template?: string;
  readonly expression?: string;
  readonly file?: string;
  readonly vars?: { readonly [name: string]: Notation };
  readonly value?: Notation;
  readonly error?: string;
}

const shared = JSON.parse(readFileSync(join(import.meta.dirname, 'variables.json'), 'utf8')) as Required<Case>['vars'];
const folder = join(import.meta.dirname, 'cases');
const differences = new Map<string, { reason: string; value?: Notation; error?: boolean }>(
  Object.entries(JSON.parse(readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8'))),
);
const templar = createTemplar({ environment: { HOME: '/root' } });

const answer = ({ template, expression, file, vars = shared }: Case): { value: Notation } | { error: true } => {
  const values = new Map(Object.entries(vars).map(([name, value]) => [name, readValue(value)]));
  const scope = {
    get: (name: string) => values.get(name),
    has: (name: string) => values.has(name),
    names: () => values.keys(),
  };
  try {
    if (expression !== undefined) return { value: writeValue(templar.evaluate(expression, scope)) };
    if (file !== undefined) return { value: templar.renderFile(file, scope, { file: '/t.j2', searchPath: [] }) };
    return { value: writeValue(templar.render(new Template(template as string), scope)) };
  } catch (error) {
    if (error instanceof UserError) return { error: true };
    throw error;
  }
};

/** The case's name in `differences.json`: its text, and its variables where they are its own. */
const keyOf = (one: Case): string =>
  textOf(one) + (one.vars && !('hosts' in one.vars) && !('lazy' in one.vars) ? ` <- ${JSON.stringify(one.vars)}` : '');

const textOf = (one: Case): string => one.template ?? one.expression ?? (one.file as string);

describe.each(readdirSync(folder))('%s', (name) => {
  const cases = readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case);

  it(`answers all ${cases.length} as ansible-core, or as differences.json says`, () => {
    const wrong = cases.flatMap((one) => {
      const known = differences.get(keyOf(one)) ?? differences.get(textOf(one));
      const wanted = known ?? one;
      const got = answer(one);
      const same =
        wanted.error !== undefined
          ? 'error' in got
          : 'value' in got && JSON.stringify(got.value) === JSON.stringify(wanted.value);
      return same ? [] : [{ text: textOf(one), wanted: wanted.error ?? wanted.value, got }];
    });
    expect(wrong).toEqual([]);
  });
});
