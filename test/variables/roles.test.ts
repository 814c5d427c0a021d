import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Inventory } from '../../src/inventory/inventory.ts';
import type { Value } from '../../src/template/values.ts';
import { createVariables } from '../../src/variables/create-variables.ts';
import type { FrameSource, RoleUse } from '../../src/variables/variables.ts';

/** What tasks of roles in roles see with ansible-core; see `oracle/roles.py`. */
const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/roles.json'), 'utf8')) as Record<string, string>;

const vars = (entries: Record<string, Value>) => new Map(Object.entries(entries));
const role = (name: string, more: Partial<RoleUse> = {}): RoleUse => ({
  role: { name, path: `/roles/${name}` },
  defaults: vars({ [`d${name}`]: name, d: name }),
  vars: vars({ [`v${name}`]: name, v: name }),
  ...more,
});

interface World {
  readonly exported: readonly RoleUse[];
  readonly frames: Record<string, FrameSource>;
}

/** The uses of roles and the frames of tasks as `run/` makes them of the oracle's playbook. */
const worlds = (): Record<string, World> => {
  const entry = { params: vars({ pA: 1, p: 'A' }), keywordVars: vars({ kA: 1, k: 'A' }) };
  const cEntry = { params: vars({ pC: 1, p: 'C' }), keywordVars: vars({ kC: 1, k: 'C' }) };
  const build = (more: Partial<RoleUse>, around: FrameSource) => {
    const dependencies: RoleUse[] = [];
    const a = role('A', { ...more, dependencies });
    const c = role('C', { ...cEntry, parents: [a] });
    dependencies.push(c);
    const b = role('B', { parents: [a] });
    const params = [...(around.includeParams ?? [])];
    return {
      a,
      frames: {
        A: { ...around, role: a },
        C: { ...around, role: c },
        B: { ...around, role: b, includeParams: [...params, vars({ tB: 1, kB: 'B' })] },
        play: {},
      },
    };
  };
  const roles = build(entry, {});
  const include = build({}, { includeParams: [vars({ tA: 1 })] });
  const open = build({}, { includeParams: [vars({ tA: 1 })] });
  const d = role('D');
  const b = role('B', { parents: [d] });
  return {
    roles: { exported: [roles.a], frames: roles.frames },
    include: { exported: [], frames: include.frames },
    public: { exported: [open.a], frames: open.frames },
    import: {
      exported: [b, d],
      frames: {
        before: {},
        D: { role: d, vars: [vars({ tA: 1 })] },
        B: { role: b, vars: [vars({ tA: 1 }), vars({ tB: 'imp' })] },
        play: {},
      },
    },
  };
};

describe('what tasks of roles see', () => {
  const inventory = new Inventory();
  inventory.addHost('h');
  const variables = createVariables({ inventory, render: (value) => value });
  const made = Object.entries(worlds()).map(([name, world]) => {
    const play = variables.play({ name, playbookDir: '/nowhere', vars: new Map(), hosts: ['h'] });
    for (const use of world.exported) play.exportRole(use);
    return [name, { play, frames: world.frames }] as const;
  });
  const byName = new Map(made);

  it.each(Object.entries(cases))('%s', (key, expected) => {
    const [name, where] = key.split(' ') as [string, string];
    const world = byName.get(name);
    const source = world?.frames[where];
    expect(source).toBeDefined();
    const scope = world?.play.scope('h', world.play.frame(source as FrameSource));
    const seen = expected.split(' ').map((pair) => {
      const variable = pair.split('=')[0] as string;
      return `${variable}=${scope?.get(variable) ?? '-'}`;
    });
    expect(seen.join(' ')).toBe(expected);
  });
});
