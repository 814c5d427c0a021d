import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';

/** What a file loads as soon as it is loaded: its imports, but for those of types and those that are awaited. */
const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'([^']+)';/gm)].map(
    ([, name = '']) => (name.startsWith('.') ? resolve(dirname(file), name) : name),
  );

it('an install that has nothing to do loads neither the network, nor the engine, nor what is large', () => {
  // What its action loads besides the commands themselves, when the lock answers.
  const own = ['cli/role.ts', 'registry/project.ts', 'registry/cache.ts', 'language/ansible-cfg.ts'];
  const files = new Set(['cli/main.ts', ...own].map((name) => resolve(import.meta.dirname, '../../src', name)));
  const packages = new Set<string>();
  for (const file of files)
    for (const name of importsOf(file)) {
      if (name.startsWith('/')) files.add(name);
      else if (!name.startsWith('node:')) packages.add(name);
    }
  expect([...packages].sort()).toEqual(['commander', 'semver', 'yaml']);
  const folders = new Set([...files].map((file) => /\/src\/([^/]+)\//.exec(file)?.[1]));
  expect([...folders].sort()).toEqual(['cli', 'language', 'registry', 'util']);
  expect(files.size).toBeLessThan(60);
});
