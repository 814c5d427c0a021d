import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { flatten, hostLayers } from '../../src/inventory/host-layers.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { selectHosts } from '../../src/inventory/patterns.ts';
import { VarsFolders } from '../../src/inventory/vars-folders.ts';
import { createTemplar } from '../../src/template/create-templar.ts';
import { Float, type Scope, Template, type Value } from '../../src/template/values.ts';
import { UserError } from '../../src/util/diagnostic.ts';

interface Case {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly sources: readonly string[];
  readonly result: {
    readonly error?: boolean;
    readonly hosts: Record<
      string,
      { readonly vars: Record<string, unknown>; readonly groups: readonly string[]; readonly file: string | null }
    >;
    readonly groups: Record<string, { hosts: readonly string[]; children: readonly string[]; vars: unknown }>;
    readonly patterns: Record<string, readonly string[] | 'error'>;
    readonly limits: readonly (readonly [pattern: string, limit: string, hosts: readonly string[]])[];
  };
}

/** Inventories with what ansible-core made of them; see `oracle/run.py`. */
const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/inventories.json'), 'utf8')) as Case[];
const top = mkdtempSync(join(tmpdir(), 'inventories-'));
afterAll(() => rmSync(top, { recursive: true }));

const write = (each: Case) => {
  const folder = mkdtempSync(join(top, 'case-'));
  for (const [path, text] of Object.entries(each.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    if (text.startsWith('#!')) chmodSync(join(folder, path), 0o755);
  }
  return { folder, sources: each.sources.map((source) => (source.includes(',') ? source : join(folder, source))) };
};

const pythonRepr = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

const plain = (value: Value): unknown => {
  if (value instanceof Float) return { __float: pythonRepr(value.value) };
  if (value instanceof Template) return value.source;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [String(key), plain(inner)]));
  if (Array.isArray(value)) return [...value].map(plain);
  return typeof value === 'bigint' ? Number(value) : value;
};

const templar = createTemplar();
const evaluate = (expression: string, scope: Scope): Value => templar.evaluate(expression, scope);

/** Where ansible-core says nothing and finds no hosts, a sentence is better. */
const stricter = new Set(['a backward range']);

describe('inventories as ansible-core reads them', () => {
  it.each(cases)('$name', (each) => {
    const { folder, sources } = write(each);
    const load = () => loadInventory(sources, { evaluate });
    if (each.result.error || stricter.has(each.name)) {
      expect(load).toThrow(UserError);
      return;
    }
    const { inventory } = load();
    const folders = new VarsFolders();
    const hosts = Object.fromEntries(
      [...inventory.hosts.values()].map((host) => [
        host.name,
        {
          vars: plain(flatten(hostLayers(inventory, folders, host, undefined)) as Map<Value, Value>),
          groups: inventory.groupsOf(host).map(({ name }) => name),
          file: host.source?.folder === undefined ? host.source?.file : relative(folder, host.source.file),
          folder: host.source?.folder === undefined ? null : relative(folder, host.source.folder) || '.',
        },
      ]),
    );
    expect(hosts).toEqual(each.result.hosts);
    expect(Object.keys(hosts)).toEqual(Object.keys(each.result.hosts));
    const groups = Object.fromEntries(
      [...inventory.groups.values()].map((group) => [
        group.name,
        {
          hosts: [...group.hosts].map(({ name }) => name),
          children: [...group.children].map(({ name }) => name).sort(),
          vars: plain(group.vars as Map<Value, Value>),
        },
      ]),
    );
    expect(groups).toEqual(each.result.groups);
    const select = (pattern: string, limit?: string) =>
      selectHosts(inventory, pattern, limit).hosts.map(({ name }) => name);
    const patterns = Object.fromEntries(Object.keys(each.result.patterns).map((pattern) => [pattern, select(pattern)]));
    // Where ansible-core ends with a Python error (`a[9]` of six hosts), nothing is found here.
    const wanted = Object.entries(each.result.patterns).map(([pattern, found]) => [
      pattern,
      found === 'error' ? [] : found,
    ]);
    expect(patterns).toEqual(Object.fromEntries(wanted));
    expect(each.result.limits.map(([pattern, limit]) => [pattern, limit, select(pattern, limit)])).toEqual(
      each.result.limits,
    );
  });
});
