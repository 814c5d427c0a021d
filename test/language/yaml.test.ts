import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyLengthOf, positionOf, sourceTextOf, valuePositionOf } from '../../src/language/positions.ts';
import { loadYaml } from '../../src/language/yaml.ts';
import { type Dict, Float, Template, type Value, Vaulted } from '../../src/template/values.ts';
import { positionWithin } from '../../src/util/position.ts';

interface Case {
  readonly text: string;
  readonly value?: unknown;
  readonly error?: string;
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/yaml.json'), 'utf8')) as Case[];

/** Texts that PyYAML refuses and that mean something plain here, or the other way round; each with its reason. */
const differs = new Map<string, string>([
  ['[=]', 'PyYAML knows the tag of = and has no constructor for it'],
  ['k: =\n', 'the same'],
  ['[<<]', 'the same for <<'],
  ['k: <<\n', 'the same for <<'],
  ['[-]', 'the parser takes the dash for a list in a list; nobody means that'],
  ["1: a\n2.5: b\nyes: c\n~: d\n'1': e\n", 'in Python the keys 1 and True are one'],
]);

const tagged = (value: Value): unknown => {
  if (value instanceof Float) return { float: pythonFloat(value.value) };
  if (typeof value === 'number' || typeof value === 'bigint') return { int: String(value) };
  if (Array.isArray(value)) return value.map(tagged);
  if (value instanceof Map) return { dict: [...value].map(([key, inner]) => [tagged(key), tagged(inner)]) };
  return value;
};

const pythonFloat = (value: number): string => {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? `${value}.0` : String(value);
};

const load = (text: string): Value => {
  const { documents, diagnostics } = loadYaml(text, 'f.yml');
  expect(diagnostics).toEqual([]);
  return documents[0] as Value;
};

describe('YAML', () => {
  it('means what PyYAML says it means', () => {
    const wrong = cases
      .filter(({ text }) => !differs.has(text))
      .map((each) => {
        const { documents, diagnostics } = loadYaml(each.text, 'f.yml', { trusted: false });
        const failed = diagnostics.some(({ severity }) => severity === 'error');
        return { ...each, got: failed ? 'error' : JSON.stringify(tagged(documents[0] as Value)) };
      })
      .filter(({ value, error, got }) => (error ? got !== 'error' : got !== JSON.stringify(value)));
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(300);
  });

  it('keeps text with braces as a template, unless it is unsafe or not ours', () => {
    const map = load(
      'a: "{{ x }}"\nb: !unsafe "{{ x }}"\nc: {d: [!unsafe {e: "{{ x }}"}]}\nf: "{% if %}"\ng: "{ {"\n',
    ) as Dict;
    expect(map.get('a')).toBeInstanceOf(Template);
    expect(map.get('b')).toBe('{{ x }}');
    expect(map.get('c')).toEqual(new Map([['d', [new Map([['e', '{{ x }}']])]]]));
    expect(map.get('f')).toBeInstanceOf(Template);
    expect(map.get('g')).toBe('{ {');
    expect((loadYaml('a: "{{ x }}"', 'f', { trusted: false }).documents[0] as Dict).get('a')).toBe('{{ x }}');
  });

  it('keeps a vaulted scalar as its ciphertext', () => {
    const value = (load('a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n') as Dict).get('a') as Vaulted;
    expect(value).toBeInstanceOf(Vaulted);
    expect(value.ciphertext).toBe('$ANSIBLE_VAULT;1.1;AES256\n6162\n');
  });

  it('knows where keys, values and list elements stand', () => {
    const map = load('a: 1\nb:\n  - x\n  - y: 1.10\n') as Dict;
    const list = map.get('b') as Value[];
    expect(positionOf(map, 'b')).toEqual({ file: 'f.yml', line: 2, column: 1 });
    expect(valuePositionOf(map, 'a')).toEqual({ file: 'f.yml', line: 1, column: 4 });
    expect(positionOf(list, 1)).toEqual({ file: 'f.yml', line: 4, column: 5 });
    expect(sourceTextOf(list[1] as Dict, 'y')).toBe('1.10');
    expect(keyLengthOf(map, 'a')).toBe(1);
    expect(positionOf(new Map(), 'a')).toBeUndefined();
  });

  it('finds every character of a scalar in the file, whatever its style', () => {
    const text = [
      'a: "x\\n {{ foo }}',
      '   and {{ bar }} \\x41{{ baz }}"',
      'b: |',
      '   line',
      '     {{ foo }}',
      '   {{ bar }}',
      'c: >-',
      '   folded {{ foo }}',
      '',
      '   here {{ bar }}',
      "d: 'it''s {{ bar }}'",
      'e: plain {{ foo }}',
      '  goes {{ bar }}',
      'f: "tab\\t{{ bar }} \\',
      '    more {{ foo }}"',
    ];
    const map = load(text.join('\n')) as Dict;
    let checked = 0;
    for (const value of map.values()) {
      const { source, position } = value as Template;
      for (const word of ['foo', 'bar', 'baz']) {
        const offset = source.indexOf(word);
        if (offset < 0 || !position) continue;
        const { line, column } = positionWithin(position, source, offset);
        expect((text[line - 1] as string).slice(column - 1, column + 2)).toBe(word);
        checked++;
      }
    }
    expect(checked).toBe(12);
  });

  it('warns of a key that is written twice and takes the last', () => {
    const { documents, diagnostics } = loadYaml('a: 1\nb: 2\na: 3\n', 'f.yml');
    expect([...(documents[0] as Dict)]).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(diagnostics).toMatchObject([{ severity: 'warning', position: { line: 3, column: 1 } }]);
  });

  it('reads several documents', () => {
    expect(loadYaml('--- 1\n---\na\n', 'f').documents).toEqual([1, 'a']);
  });
});
