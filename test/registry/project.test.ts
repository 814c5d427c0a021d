import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/util/diagnostic.ts';
import { projectIn, Shelf, temporary } from './shelf.ts';

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const message = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action;
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics.map((d) => `${d.message}\n${d.hint ?? ''}`).join('\n');
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('an install', () => {
  it('brings what is asked for with its dependencies, writes the lock, and asks nobody the second time', async () => {
    const folder = temporary();
    const shelf = new Shelf()
      .role('oci://r.example/web', '1.2.0', ['acme.common ^1.1'])
      .role('oci://r.example/web', '2.0.0')
      .role('acme.common', '1.0.0')
      .role('acme.common', '1.1.5')
      .role('acme.common', '2.0.0');
    const text = 'roles:\n  - src: oci://r.example/web\n    version: ^1.2\n';
    const first = await projectIn(folder, text, shelf).install();
    expect(first.changes.map(({ name, what, to }) => `${what} ${name} ${to}`)).toEqual([
      'added web 1.2.0',
      'added acme.common 1.1.5',
    ]);
    expect(read(folder, 'roles/web/tasks/main.yml')).toContain('web 1.2.0');
    expect(read(folder, 'requirements.lock').replaceAll(/[0-9a-f]{64}/g, 'HASH')).toMatchInlineSnapshot(`
      "# Written by k8s-bm role. Keep it with requirements.yml, and change that.
      format: 1
      roles:
        acme.common:
          version: 1.1.5
          from: galaxy
          src: acme.common
          integrity: sha256:HASH
        web:
          version: 1.2.0
          from: oci
          src: oci://r.example/web
          integrity: sha256:HASH
          dependencies:
            acme.common: "^1.1"
      "
    `);
    shelf.asked.length = 0;
    const again = await projectIn(folder, text, shelf, { offline: true }).install();
    expect(again.changes.map(({ what }) => what)).toEqual(['kept', 'kept']);
    expect(again.lockChanged).toBe(false);
    expect(shelf.asked).toEqual([]);
  });

  it('takes what the lock has, though there is newer, until it is asked to update', async () => {
    const folder = temporary();
    const shelf = new Shelf().role('acme.a', '1.0.0', ['acme.b ^1']).role('acme.b', '1.0.0');
    const text = '- src: acme.a\n  version: ^1\n';
    await projectIn(folder, text, shelf).install();
    shelf.role('acme.a', '1.1.0', ['acme.b ^1']).role('acme.b', '1.5.0');
    expect((await projectIn(folder, text, shelf).install()).lockChanged).toBe(false);
    const one = await projectIn(folder, text, shelf).install({ update: ['acme.a'] });
    expect(one.changes.map(({ name, what, from, to }) => `${what} ${name} ${from ?? ''} ${to}`)).toEqual([
      'changed acme.a 1.0.0 1.1.0',
      'kept acme.b  1.0.0',
    ]);
    const all = await projectIn(folder, text, shelf).install({ update: 'all' });
    expect(all.changes.map(({ name, to }) => `${name} ${to}`)).toEqual(['acme.a 1.1.0', 'acme.b 1.5.0']);
  });

  it('keeps locked versions when a requirement is added, and removes what nobody asks for any more', async () => {
    const folder = temporary();
    const shelf = new Shelf().role('acme.a', '1.0.0').role('acme.b', '1.0.0');
    await projectIn(folder, '- acme.a\n', shelf).install();
    shelf.role('acme.a', '1.1.0');
    const added = await projectIn(folder, '- acme.a\n- acme.b\n', shelf).install();
    expect(added.changes.map(({ name, what, to }) => `${what} ${name} ${to}`)).toEqual([
      'kept acme.a 1.0.0',
      'added acme.b 1.0.0',
    ]);
    const gone = await projectIn(folder, '- acme.b\n', shelf).install();
    expect(gone.changes.map(({ name, what }) => `${what} ${name}`)).toEqual(['kept acme.b', 'removed acme.a']);
    expect(readdirSync(join(folder, 'roles'))).toEqual(['acme.b']);
  });

  it('installs from the lock with an empty cache in another folder, exactly, and refuses anything else', async () => {
    const [one, two, three] = [temporary(), temporary(), temporary()];
    const shelf = new Shelf().role('acme.a', '1.0.0');
    await projectIn(one, '- acme.a\n', shelf).install();
    for (const other of [two, three]) writeFileSync(join(other, 'requirements.lock'), read(one, 'requirements.lock'));
    shelf.role('acme.a', '1.1.0');
    await projectIn(two, '- acme.a\n', shelf).install({ frozen: true });
    expect(read(two, 'roles/acme.a/tasks/main.yml')).toContain('acme.a 1.0.0');
    // Somebody moved the tag.
    const liar = new Shelf().role('acme.a', '1.0.0', [], { 'tasks/main.yml': '- shell: evil\n' });
    expect(await message(projectIn(three, '- acme.a\n', liar).install())).toContain('is not what the lock says');
    expect(existsSync(join(three, 'roles/acme.a'))).toBe(false);
    expect(readdirSync(join(three, 'cache/new'))).toEqual([]);
    expect(existsSync(join(three, 'cache/content'))).toBe(false);
  });

  it('with --frozen refuses a lock that does not answer, and changes nothing', async () => {
    const folder = temporary();
    const shelf = new Shelf().role('acme.a', '1.0.0').role('acme.b', '1.0.0');
    expect(await message(projectIn(folder, '- acme.a\n', shelf).install({ frozen: true }))).toContain('there is no');
    await projectIn(folder, '- acme.a\n', shelf).install();
    const text = '- acme.a\n- acme.b\n';
    expect(await message(projectIn(folder, text, shelf).install({ frozen: true }))).toContain('acme.b is not in it');
    const other = '- src: acme.a\n  version: ^2\n';
    expect(await message(projectIn(folder, other, shelf).install({ frozen: true }))).toContain('it has 1.0.0');
    expect(readdirSync(join(folder, 'roles'))).toEqual(['acme.a']);
  });

  it('says what is missing offline', async () => {
    const folder = temporary();
    const shelf = new Shelf().role('acme.a', '1.0.0');
    const text = await message(projectIn(folder, '- acme.a\n', shelf, { offline: true }).install());
    expect(text).toContain("acme.a can't be had offline");
  });

  it('replaces neither what is not its own nor what was changed, and then touches nothing at all', async () => {
    const folder = temporary();
    const shelf = new Shelf().role('acme.a', '1.0.0').role('acme.a', '2.0.0').role('acme.b', '1.0.0');
    mkdirSync(join(folder, 'roles/acme.b/tasks'), { recursive: true });
    writeFileSync(join(folder, 'roles/acme.b/tasks/main.yml'), 'mine');
    const text = '- src: acme.a\n  version: ^1\n- acme.b\n';
    expect(await message(projectIn(folder, text, shelf).install())).toContain('acme.b was not installed by k8s-bm');
    expect(readdirSync(join(folder, 'roles'))).toEqual(['acme.b']);
    await projectIn(folder, text, shelf).install({ force: true });
    expect(read(folder, 'roles/acme.b/tasks/main.yml')).toContain('acme.b 1.0.0');
    writeFileSync(join(folder, 'roles/acme.a/tasks/main.yml'), 'changed');
    const newer = '- src: acme.a\n  version: ^2\n- acme.b\n';
    expect(await message(projectIn(folder, newer, shelf).install())).toContain('was changed since it was installed');
    expect(read(folder, 'roles/acme.a/tasks/main.yml')).toBe('changed');
  });

  it('takes collections, from a folder by the name in their files', async () => {
    const folder = temporary();
    const files = (dependencies: string) => ({
      'galaxy.yml': `namespace: acme\nname: tools\nversion: 3.1.0\ndependencies: {${dependencies}}\n`,
      'roles/x/tasks/main.yml': '[]\n',
    });
    const shelf = new Shelf()
      .put('https://git.example/tools', '3.1.0', files('acme.base: ">=1.0,<2"'))
      .put('acme.base', '1.4.0', { 'galaxy.yml': 'namespace: acme\nname: base\nversion: 1.4.0\n' })
      .put('acme.base', '2.0.0', { 'galaxy.yml': 'namespace: acme\nname: base\nversion: 2.0.0\n' });
    const text = 'collections:\n  - name: git+https://git.example/tools\n    version: 3.1.0\n';
    const { changes } = await projectIn(folder, text, shelf).install();
    expect(changes.map(({ name, to }) => `${name} ${to}`)).toEqual(['acme.tools 3.1.0', 'acme.base 1.4.0']);
    expect(existsSync(join(folder, 'collections/ansible_collections/acme/tools/roles/x/tasks/main.yml'))).toBe(true);
    expect((await projectIn(folder, text, shelf, { offline: true }).install({ frozen: true })).lockChanged).toBe(false);
  });

  it('fills a cache anew that somebody wrote into', async () => {
    const folder = temporary();
    const shelf = new Shelf().role('acme.a', '1.0.0');
    const project = projectIn(folder, '- acme.a\n', shelf);
    await project.install();
    const [locked] = [...(project.lock()?.packages.values() ?? [])];
    const cached = locked && (await project.bring(locked));
    writeFileSync(join(cached?.folder ?? '', 'tasks/main.yml'), 'evil');
    const other = temporary();
    writeFileSync(join(other, 'requirements.lock'), read(folder, 'requirements.lock'));
    await projectIn(other, '- acme.a\n', shelf, { cache: join(folder, 'cache') }).install();
    expect(read(other, 'roles/acme.a/tasks/main.yml')).toContain('acme.a 1.0.0');
  });

  it('keeps credentials out of the lock', async () => {
    const folder = temporary();
    const shelf = new Shelf().role('https://git.example/r.git', 'v1.0.0');
    shelf.role('https://files.example/x.tar.gz?token=CANARY2', '');
    const text = [
      '- src: git+https://me:CANARY1@git.example/r.git',
      '  version: v1.0.0',
      '- src: https://files.example/x.tar.gz?token=CANARY2',
    ].join('\n');
    await projectIn(folder, text, shelf).install();
    expect(read(folder, 'requirements.lock')).toContain('https://git.example/r.git');
    const everything = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile() && each.name !== 'requirements.yml')
      .map((each) => read(each.parentPath, each.name));
    // The role itself, made by the test, tells its address.
    expect(everything.filter((each) => /CANARY/.test(each) && !each.startsWith('- debug'))).toEqual([]);
    expect((await projectIn(folder, text, shelf).install({ frozen: true })).lockChanged).toBe(false);
  });
});
