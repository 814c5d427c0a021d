import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { commandsPage } from '../../src/cli/doc/commands.ts';
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

  it('tells of commands with their options, and docs/commands.md of every one', async () => {
    const page = await commandsPage(commands.filter(({ name }) => name === 'doc'));
    expect(page).toMatch(/^# The commands\n\n## k8s-bm doc\n\n```text\nUsage: k8s-bm doc \[options\] \[what\]\n/);
    expect(page).toMatch(/^ {2}--markdown /m);
    const written = readFileSync(join(import.meta.dirname, '../../docs/commands.md'), 'utf8');
    expect(written.match(/(?<=^## k8s-bm ).*/gm)).toEqual(
      commands.filter(({ hidden }) => !hidden).map(({ name }) => name),
    );
  });

  it('knows every default of a role as a setting', () => {
    expect([...defaults.keys()].filter((name) => !settingNames.has(name))).toEqual([]);
  });
});
