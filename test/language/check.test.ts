import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPlaybooks } from '../../src/language/check-playbook.ts';
import { printDiagnostics } from '../../src/language/diagnostics.ts';
import { createTemplar } from '../../src/template/create-templar.ts';
import { nearest } from '../../src/util/nearest.ts';

const folder = join(import.meta.dirname, 'check');
const update = process.env.UPDATE_GOLDEN === '1';
const names =
  'apt assert command copy debug import_role import_tasks include_role include_tasks service set_fact template'.split(
    ' ',
  );
const modules = { has: (name: string) => names.includes(name), nearest: (name: string) => nearest(name, names) };

describe('what is wrong before any host is touched', () => {
  it.each(readdirSync(folder))('%s: all of it is said at once', (name) => {
    const { diagnostics } = checkPlaybooks([join(folder, name, 'site.yml')], {
      templar: createTemplar(),
      modules,
      rolesPath: [],
      collectionsPath: [],
      names: ['from_inventory'],
    });
    const printed = printDiagnostics(diagnostics, { cwd: join(folder, name) }).replaceAll(folder, '');
    const golden = join(folder, name, 'expected.txt');
    if (update) writeFileSync(golden, printed);
    expect(printed).toBe(existsSync(golden) ? readFileSync(golden, 'utf8') : '');
  });
});
