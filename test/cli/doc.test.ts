import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configure } from '../../src/cli/doc.ts';
import * as schema from '../../src/cli/schema.ts';
import { readDefaults } from '../../src/cluster/defaults.ts';
import { settingNames } from '../../src/cluster/settings.ts';
import { allModules } from '../../src/modules/modules.ts';
import { runCommand } from './run-command.ts';

const doc = (...args: string[]) => runCommand({ configure }, args);
const defaults = readDefaults(join(import.meta.dirname, '../../roles'));

describe('k8s-bm doc', () => {
  it('tells of a module', async () => {
    expect((await doc('slurp')).out).toBe(`slurp

  Read a file of the host.

  src · path · required · also path
      The file.
`);
    expect((await doc('ansible.builtin.slurp', '--markdown')).out).toBe(`# slurp

Read a file of the host.

* \`src\` · path · required · also path: The file.
`);
  });

  it('lists every module', async () => {
    const { out } = await doc();
    for (const { name, summary } of allModules())
      expect(out).toMatch(new RegExp(`^${name} +${summary.slice(0, 10)}`, 'm'));
  });

  it('names the module that was meant', async () => {
    expect(await doc('cop')).toEqual({ out: '', err: 'k8s-bm: there is no module cop\n  is copy meant?\n', code: 1 });
  });

  it('tells of every setting of a cluster, with its default', async () => {
    const { out } = await doc('cluster');
    for (const name of settingNames) expect(out).toMatch(new RegExp(`^  ${name}( |$)`, 'm'));
    expect(out).toContain('  pod_network · default 10.244.0.0/16\n');
  });

  it.each(['cluster', 'modules'])('has what docs/%s.md says; npm run docs writes it anew', async (what) => {
    const { out } = await doc(what, '--markdown');
    expect(readFileSync(join(import.meta.dirname, `../../docs/${what}.md`), 'utf8')).toBe(out);
  });

  it.each(['inventory', 'playbook'])('has what docs/%s.schema.json says; npm run docs writes it anew', async (what) => {
    const { out } = await runCommand(schema, [what]);
    expect(readFileSync(join(import.meta.dirname, `../../docs/${what}.schema.json`), 'utf8')).toBe(out);
  });

  it('tells of every command, and so does docs/commands.md', async () => {
    const { out } = await doc('commands');
    const headings = out.match(/^##+ .*/gm) ?? [];
    expect(headings).toEqual(expect.arrayContaining(['## k8s-bm deploy', '## k8s-bm check', '### k8s-bm lab up']));
    expect(out).toMatch(/^ {2}-l, --limit <pattern> +only these hosts/m);
    expect(readFileSync(join(import.meta.dirname, '../../docs/commands.md'), 'utf8').match(/^##+ .*/gm)).toEqual(
      headings,
    );
  });

  it('knows every default of a role as a setting', () => {
    expect([...defaults.keys()].filter((name) => !settingNames.has(name))).toEqual([]);
  });
});
