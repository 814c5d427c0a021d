import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTemplar } from '../../src/template/create-templar.ts';
import { UndefinedError } from '../../src/template/template-error.ts';
import { PendingTouched, type Scope, Template, type Value, Vaulted } from '../../src/template/values.ts';
import { UserError } from '../../src/util/diagnostic.ts';

const scopeOf = (values: Record<string, Value>): Scope => ({
  get: (name) => values[name],
  has: (name) => name in values,
  names: () => Object.keys(values),
});

const templar = createTemplar({
  environment: { PATH: process.env.PATH ?? '' },
  decrypt: (secret) => secret.ciphertext.toUpperCase(),
});

const fault = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return { error, diagnostic: error.diagnostics[0] };
    throw error;
  }
  throw new Error('nothing failed');
};

describe('errors', () => {
  it('point into the template where a name is missing, and tell who used it', () => {
    const scope = scopeOf({
      d: new Map(),
      ref: new Template('{{ d.nope.x }}-x', { file: 'vars.yml', line: 3, column: 6 }),
    });
    const template = new Template('a {{ ref }}', { file: 'play.yml', line: 10, column: 5 });
    const { error, diagnostic } = fault(() => templar.render(template, scope));
    expect(error).toBeInstanceOf(UndefinedError);
    expect(diagnostic?.message).toBe("object of type 'dict' has no attribute 'nope'");
    expect(diagnostic?.position).toEqual({ file: 'vars.yml', line: 3, column: 11 });
    expect(diagnostic?.trace).toEqual([{ label: 'used from', position: { file: 'play.yml', line: 10, column: 10 } }]);
  });

  it('guess what a misspelt variable meant', () => {
    const { diagnostic } = fault(() => templar.evaluate('some_nam', scopeOf({ some_name: 1 })));
    expect(diagnostic?.hint).toBe("did you mean 'some_name'?");
  });

  it('end a template that uses itself, and tell each place once', () => {
    const scope = scopeOf({ loop: new Template('{{ loop }}', { file: 'v.yml', line: 1, column: 1 }) });
    const { diagnostic } = fault(() => templar.render(new Template('{{ loop }}'), scope));
    expect(diagnostic?.message).toContain('uses itself without end');
    expect(diagnostic?.trace?.length).toBeLessThan(3);
  });

  it('are all found by check, with the nearest right names', () => {
    const start = { file: 'p.yml', line: 1, column: 1 };
    const found = templar.check('{{ a | uper }}{{ x is strng }}{{ lookup("fil", 1) }}', 'template', start);
    expect(found.map(({ message, hint, position }) => [message, hint, position?.column])).toEqual([
      ["there is no filter 'uper'", "did you mean 'upper'?", 8],
      ["there is no test 'strng'", "did you mean 'string'?", 23],
      ["there is no lookup 'fil'", "did you mean 'file'?", 41],
    ]);
    expect(templar.check('a = 1', 'expression', start)[0]?.hint).toContain("'==' compares");
  });
});

describe('looking ahead', () => {
  it('refuses what is impure, also inside a variable', () => {
    const scope = scopeOf({ lucky: new Template('{{ [1, 2] | random }}') });
    expect(() => templar.ahead(() => templar.evaluate('lucky', scope))).toThrow(PendingTouched);
    expect(templar.evaluate('lucky in [1, 2]', scope)).toBe(true);
    expect(templar.isImpure("lookup('pipe', 'date')", 'expression')).toBe(true);
    expect(templar.isImpure('{{ a | upper }}', 'template')).toBe(false);
  });
});

describe('variables', () => {
  it('are not changed by a template that changes its copy', () => {
    const list: Value[] = [1];
    expect(templar.render(new Template('{{ l.append(2) }}{{ l }}'), scopeOf({ l: list }))).toEqual([1, 2]);
    expect(list).toEqual([1]);
  });

  it('that are vaulted are decrypted where they are used', () => {
    expect(templar.render(new Template('x{{ s }}'), scopeOf({ s: new Vaulted('secret') }))).toBe('xSECRET');
    expect(templar.render(new Map<Value, Value>([['k', new Vaulted('a')]]), scopeOf({}))).toEqual(
      new Map([['k', 'A']]),
    );
  });
});

describe('files', () => {
  let folder: string;
  let scope: Scope;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'templar-'));
    for (const name of ['templates', 'files', 'tasks', 'vars']) mkdirSync(join(folder, name));
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    write('templates/base.j2', '<{% block title %}base{% endblock %}>{% block body scoped %}{% endblock %}\n');
    write('templates/macros.j2', '{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{% set answer = 42 %}');
    write('templates/part.j2', 'part {{ name }} {{ local | default("-") }}\n');
    write('files/a.txt', 'from a\n\n');
    write('tasks/Debian.yml', '');
    write('vars/Debian.yml', '');
    scope = scopeOf({ ansible_search_path: [folder], name: 'web', inventory_dir: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (text: string): string =>
    templar.renderFile(text, scope, { file: join(folder, 'templates/t.j2'), searchPath: [join(folder, 'templates')] });

  it('extend others, with super and self', () => {
    expect(
      file(
        "{% extends 'base.j2' %}{% block title %}own {{ super() }}{% endblock %}{% block body %}{{ self.title() }}{% endblock %}",
      ),
    ).toBe('<own base>own base');
  });

  it('import macros, which see no variables, and include with them', () => {
    expect(file("{% import 'macros.j2' as m %}{{ m.twice('ab') }}{{ m.answer }}\n")).toBe('abab42\n');
    expect(file("{% from 'macros.j2' import twice as t %}{{ t(1) }}|")).toBe('11|');
    expect(file("{% set local = 1 %}{% include 'part.j2' %}|{% include 'none.j2' ignore missing %}")).toBe(
      'part web 1|',
    );
    expect(fault(() => file("{% include 'none.j2' %}")).diagnostic?.message).toBe(
      "the template 'none.j2' was not found",
    );
  });

  it('are read with their header', () => {
    expect(
      file(
        "#jinja2: variable_start_string: '[%', variable_end_string: '%]', trim_blocks: False\n[% name %]{% if true %}\nx{% endif %}\n",
      ),
    ).toBe('web\nx\n');
  });

  it('are found by lookups, as with_first_found by the kind of the task', () => {
    expect(templar.evaluate("lookup('file', 'a.txt')", scope)).toBe('from a');
    expect(templar.lookup('first_found', ['Debian.yml'], scope, new Map([['kind', 'vars']]))).toEqual([
      join(folder, 'vars/Debian.yml'),
    ]);
    expect(templar.lookup('first_found', ['Debian.yml'], scope, new Map([['kind', 'tasks']]))).toEqual([
      join(folder, 'tasks/Debian.yml'),
    ]);
    expect(templar.lookup('items', [[1, 2], 3], scope)).toEqual([1, 2, 3]);
    expect(templar.evaluate("lookup('pipe', 'echo a; echo b')", scope)).toBe('a\nb');
  });

  it('keep a password with mode 0600, the same at each run', () => {
    const ask = `lookup('password', '${folder}/secret/p length=12 chars=ascii_letters')`;
    const first = templar.evaluate(ask, scope);
    expect(first).toMatch(/^[A-Za-z]{12}$/);
    expect(templar.evaluate(ask, scope)).toBe(first);
    expect(statSync(join(folder, 'secret/p')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'secret/p'), 'utf8')).toBe(`${String(first)}\n`);
  });
});

describe('filters beyond ansible-core', () => {
  it.each([
    ["'192.168.1.10/24' | ansible.utils.ipaddr('network')", '192.168.1.0'],
    ["'192.168.1.10/24' | ansible.utils.ipaddr('address')", '192.168.1.10'],
    ["'192.168.1.0/24' | ipaddr('5')", '192.168.1.5/24'],
    ["'10.0.0.0/8' | ansible.utils.ipaddr('netmask')", '255.0.0.0'],
    ["'10.233.64.0/18' | ansible.utils.ipsubnet(24, 1)", '10.233.65.0/24'],
    ["['10.0.0.1', 'x', '::1'] | ansible.utils.ipv4", ['10.0.0.1']],
    ["'fe80::1' | ansible.utils.ipwrap", '[fe80::1]'],
    ["'2001:DB8:0:0:0::1/64' | ansible.utils.ipaddr('subnet')", '2001:db8::/64'],
    ["'10.1.2.3' | ansible.utils.ipaddr('10.0.0.0/8')", '10.1.2.3'],
    ["'nope' | ansible.utils.ipaddr", false],
    ["'10.1.2.3' is ansible.utils.in_network '10.0.0.0/8'", true],
    // As ansible-core 2.19 with passlib; 2.21.5 writes another salt than it was given.
    [
      "'pw' | password_hash('sha512', 'saltsalt', rounds=1000)",
      '$6$rounds=1000$saltsalt$nII71HJmawaDYdXrUHYtoWV/pe6ZN/eQzrZXdKjhrcMU0onLRg6A5m38udZu.lA6f53rIQturF4FMx1X99KF/0',
    ],
    ["'pw' | password_hash('md5', 'saltsalt')", '$1$saltsalt$6SNdNaZLKst2LlSm7oPPL1'],
  ])('%s', (expression, wanted) => {
    expect(templar.evaluate(expression, scopeOf({}))).toEqual(wanted);
  });
});
