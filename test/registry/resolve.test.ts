import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/util/diagnostic.ts';
import { projectIn, Shelf, temporary } from './shelf.ts';

const resolved = async (shelf: Shelf, requirements: string): Promise<string> => {
  const project = projectIn(temporary(), requirements, shelf);
  const { lock } = await project.settle(project.requirements());
  return [...lock.packages.values()]
    .map(({ name, version }) => `${name} ${version}`)
    .sort()
    .join(', ');
};
const conflict = async (shelf: Shelf, requirements: string): Promise<string> => {
  const folder = temporary();
  const project = projectIn(folder, requirements, shelf);
  try {
    await project.settle(project.requirements());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [first] = error.diagnostics;
    return `${first?.position?.line}:${first?.position?.column} ${first?.message}\n${first?.hint}`.replaceAll(
      `${folder}/`,
      '',
    );
  }
  throw new Error('it was resolved');
};

describe('resolution', () => {
  it('takes the newest that every range allows', async () => {
    const shelf = new Shelf()
      .role('acme.app', '1.0.0', ['acme.lib ^1'])
      .role('acme.db', '1.0.0', ['acme.lib <1.5'])
      .role('acme.lib', '1.9.0')
      .role('acme.lib', '1.4.0')
      .role('acme.lib', '2.0.0');
    expect(await resolved(shelf, '- acme.app\n- acme.db\n')).toBe('acme.app 1.0.0, acme.db 1.0.0, acme.lib 1.4.0');
  });

  it('goes back to an older version where the newest leads nowhere', async () => {
    const shelf = new Shelf()
      .role('acme.app', '2.0.0', ['acme.lib ^2'])
      .role('acme.app', '1.5.0', ['acme.lib ^1'])
      .role('acme.db', '1.0.0', ['acme.lib ^1'])
      .role('acme.lib', '2.0.0')
      .role('acme.lib', '1.0.0');
    expect(await resolved(shelf, '- acme.app\n- acme.db\n')).toBe('acme.app 1.5.0, acme.db 1.0.0, acme.lib 1.0.0');
  });

  it('goes back over what has nothing to do with it, and quickly', async () => {
    const shelf = new Shelf().role('acme.lib', '1.0.0').role('acme.lib', '2.0.0');
    shelf.role('acme.a', '2.0.0', ['acme.lib ^2']).role('acme.a', '1.0.0', ['acme.lib ^1']);
    shelf.role('acme.z', '1.0.0', ['acme.lib ^1']);
    const between = Array.from({ length: 12 }, (_, index) => `acme.m${index}`);
    for (const name of between) for (const minor of [1, 2, 3, 4, 5]) shelf.role(name, `1.${minor}.0`);
    const text = ['acme.a', ...between, 'acme.z'].map((name) => `- ${name}\n`).join('');
    expect(await resolved(shelf, text)).toContain('acme.a 1.0.0, acme.lib 1.0.0');
  });

  it('survives circles', async () => {
    const shelf = new Shelf().role('acme.a', '1.0.0', ['acme.b']).role('acme.b', '1.0.0', ['acme.a ^1']);
    expect(await resolved(shelf, '- acme.a\n')).toBe('acme.a 1.0.0, acme.b 1.0.0');
  });

  it('tells a conflict as chains from the project down, with files and lines', async () => {
    const shelf = new Shelf()
      .role('acme.app', '1.0.0', ['acme.web ^3'])
      .role('acme.web', '3.1.0', ['acme.lib ^1'])
      .role('acme.db', '1.0.0', ['acme.lib ^2'])
      .role('acme.lib', '1.0.0')
      .role('acme.lib', '2.0.0');
    expect(await conflict(shelf, '- acme.app\n- acme.db\n')).toMatchInlineSnapshot(`
      "1:3 no version of acme.lib fits all who ask for it
      the project asks for acme.db (any version), requirements.yml:2:3
        acme.db 1.0.0 asks for acme.lib ^2, acme.db 1.0.0/meta/main.yml:2:5
      the project asks for acme.app (any version), requirements.yml:1:3
        acme.app 1.0.0 asks for acme.web ^3, acme.app 1.0.0/meta/main.yml:2:5
          acme.web 3.1.0 asks for acme.lib ^1, acme.web 3.1.0/meta/main.yml:2:5
      on offer: 2.0.0, 1.0.0
      change a range, or ask for other versions of those who ask for it"
    `);
  });

  it('tells of a version that is not there what is', async () => {
    const shelf = new Shelf().role('acme.a', '1.0.0').role('acme.a', '1.1.0');
    expect(await conflict(shelf, '- {src: acme.a, version: ^2}\n')).toMatchInlineSnapshot(`
      "1:3 there is no version ^2 of acme.a
      on offer: 1.1.0, 1.0.0"
    `);
  });

  it('lets the project say where a name comes from', async () => {
    const shelf = new Shelf()
      .role('acme.app', '1.0.0', ['acme.lib ^1'])
      .role('git@host:fork/lib.git', '1.7.0')
      .role('acme.lib', '1.0.0');
    const fork = '- acme.app\n- {src: "git@host:fork/lib.git", name: acme.lib, version: 1.7.0}\n';
    expect(await resolved(shelf, fork)).toBe('acme.app 1.0.0, acme.lib 1.7.0');
  });

  it('refuses two places for one name, where nobody decides', async () => {
    const shelf = new Shelf()
      .role('acme.a', '1.0.0', [{ src: 'oci://one.example/lib', name: 'lib' }])
      .role('acme.b', '1.0.0', [{ src: 'oci://two.example/lib', name: 'lib' }])
      .role('oci://one.example/lib', '1.0.0')
      .role('oci://two.example/lib', '1.0.0');
    expect(await conflict(shelf, '- acme.a\n- acme.b\n')).toContain('lib is asked for from different places');
  });

  it('lets nothing that was fetched name a path of this machine', async () => {
    const shelf = new Shelf().role('acme.a', '1.0.0', [{ src: '/etc', name: 'x' }]);
    expect(await conflict(shelf, '- acme.a\n')).toContain('may not name a path of this machine');
  });

  it('takes a branch whatever others ask, and a dependency that is a role beside it as it is', async () => {
    const shelf = new Shelf()
      .role('git@host:a/lib.git', 'main')
      .role('acme.app', '1.0.0', ['git@host:a/lib.git ^4', 'local_role']);
    const text = '- acme.app\n- {src: "git@host:a/lib.git", version: main}\n';
    expect(await resolved(shelf, text)).toBe('acme.app 1.0.0, lib main');
  });
});
