import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../src');

/** What each folder of src/ may import from, besides itself. An arrow that is not here points up. */
const arrows: Record<string, readonly string[]> = {
  util: [],
  secrets: ['util'],
  template: ['secrets', 'util'],
  language: ['template', 'secrets', 'util'],
  inventory: ['language', 'template', 'secrets', 'util'],
  transport: ['secrets', 'util'],
  pki: ['util'],
  oci: ['util'],
  variables: ['inventory', 'language', 'template', 'secrets', 'util'],
  facts: ['transport', 'template', 'util'],
  modules: ['facts', 'oci', 'pki', 'transport', 'template', 'language', 'secrets', 'util'],
  registry: ['oci', 'language', 'template', 'secrets', 'util'],
  run: [
    'registry',
    'modules',
    'facts',
    'variables',
    'inventory',
    'transport',
    'language',
    'template',
    'secrets',
    'util',
  ],
  output: ['run', 'util'],
  cluster: [
    'run',
    'modules',
    'variables',
    'inventory',
    'transport',
    'language',
    'template',
    'secrets',
    'pki',
    'oci',
    'util',
  ],
  lab: ['oci', 'pki', 'util'],
  cli: [
    'cluster',
    'run',
    'output',
    'lab',
    'registry',
    'modules',
    'facts',
    'variables',
    'inventory',
    'transport',
    'language',
    'template',
    'secrets',
    'pki',
    'oci',
    'util',
  ],
};

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

const importsOf = (file: string): string[] => {
  const text = readFileSync(join(source, file), 'utf8');
  const found = [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)[^;'"]*?from\s*['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]/g),
  ];
  return found.map((match) => relative(source, resolve(source, dirname(file), (match[1] ?? match[2]) as string)));
};

describe('the layout of src/', () => {
  it('has only the folders that the architecture names', () => {
    expect(
      [...new Set(files.map((file) => file.split(sep)[0]))].filter((folder) => !((folder as string) in arrows)),
    ).toEqual([]);
  });

  it('imports one way only', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => {
          const [from, to] = [file.split(sep)[0] as string, target.split(sep)[0] as string];
          return from !== to && !arrows[from]?.includes(to);
        })
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('lets output/ know the events of run/ and nothing else of it', () => {
    const wrong = files
      .filter((file) => file.startsWith(`output${sep}`))
      .flatMap((file) =>
        importsOf(file).filter((target) => target.startsWith(`run${sep}`) && target !== join('run', 'events.ts')),
      );
    expect(wrong).toEqual([]);
  });

  it('has no file named after what it is made of instead of what it is about', () => {
    expect(
      files.filter((file) => /(^|[\\/])(utils?|types|helpers?|constants|interfaces|misc|common)\.ts$/.test(file)),
    ).toEqual([]);
  });

  it('reads argv, the environment and sets exit codes in cli/ only', () => {
    const wrong = files
      .filter((file) => !file.startsWith(`cli${sep}`))
      .filter((file) => /process\.(argv|exitCode|exit\()/.test(readFileSync(join(source, file), 'utf8')));
    expect(wrong).toEqual([]);
  });
});
