import { hostLayers, type Layer } from '../inventory/host-layers.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { VarsFolders } from '../inventory/vars-folders.ts';
import type { Vars } from '../language/playbook.ts';
import { positionOf } from '../language/positions.ts';
import type { HostState } from './host-state.ts';
import type { FrameSource, PlaySource, RoleUse } from './variables.ts';

/** For whom a scope is: what the rungs of the ladder are read from. */
export interface View {
  readonly run: {
    readonly inventory: Inventory;
    readonly folders: VarsFolders;
    readonly extraVars: Vars;
    /** Where group_vars and host_vars are looked for outside of any play. */
    readonly playbookDir: string | undefined;
  };
  readonly host: HostState;
  readonly play: PlayView | undefined;
  readonly frame: FrameView | undefined;
}

export interface PlayView {
  readonly source: PlaySource;
  readonly exported: readonly RoleUse[];
  readonly active: readonly string[];
  readonly batch: readonly string[];
  /** The files of `vars_files`, as far as their names can be told for the host. */
  varsFiles(host: HostState): readonly Layer[];
  /** Grows with every role that is exported. */
  readonly version: number;
}

export interface FrameView {
  readonly source: FrameSource;
}

export interface Rung {
  readonly level: number;
  readonly name: string;
  /**
   * Of what the rung's variables depend, which is how long they may be kept: `live` ones change while tasks run. Neighbours of
   * one kind are laid together.
   */
  readonly per: 'run' | 'host' | 'play' | 'frame' | 'live';
  /** Weakest first. */
  layers(view: View): readonly Layer[];
}

/**
 * Which value wins: the levels of "Understanding variable precedence" in Ansible's documentation, weakest first. Level 1 is the
 * command line's own options, which are no variables; magic variables lie above all of it (`magic.ts`).
 */
export const ladder: readonly Rung[] = [
  {
    level: 2,
    name: 'role defaults',
    per: 'frame',
    layers: ({ play, frame }) => {
      const role = frame?.source.role;
      const uses = [...(play?.exported ?? []).flatMap(withDependencies), ...(role ? around(role) : [])];
      return uses.map((use) => layer(2, `defaults of the role ${use.role.name}`, use.defaults));
    },
  },
  {
    level: 3,
    name: 'inventory, group_vars and host_vars (levels 3 to 10)',
    per: 'host',
    layers: ({ run, host, play }) =>
      hostLayers(run.inventory, run.folders, host.host, play?.source.playbookDir ?? run.playbookDir),
  },
  { level: 11, name: 'facts', per: 'live', layers: ({ host }) => [host.factsLayer] },
  {
    level: 12,
    name: 'play vars',
    per: 'play',
    layers: ({ play }) => (play ? [layer(12, 'vars of the play', play.source.vars)] : []),
  },
  {
    level: 13,
    name: 'vars_prompt',
    per: 'play',
    layers: ({ play }) => (play?.source.prompts ? [layer(13, 'vars_prompt', play.source.prompts)] : []),
  },
  { level: 14, name: 'vars_files', per: 'live', layers: ({ play, host }) => play?.varsFiles(host) ?? [] },
  {
    level: 15,
    name: 'role vars',
    per: 'frame',
    layers: ({ play, frame }) => {
      const role = frame?.source.role;
      const of = (use: RoleUse): Layer => layer(15, `vars of the role ${use.role.name}`, use.vars);
      const entry = (use: RoleUse): Layer => layer(15, `vars where the role ${use.role.name} is used`, use.keywordVars);
      return [
        ...(play?.exported ?? []).flatMap(withDependencies).map(of),
        ...(role ? [...around(role).map(of), ...(role.parents ?? []).map(entry), entry(role)] : []),
      ];
    },
  },
  {
    level: 16,
    name: 'block and task vars (levels 16 and 17)',
    per: 'frame',
    layers: ({ frame }) => {
      const vars = frame?.source.vars ?? [];
      return vars.map((each, at) => layer(at === vars.length - 1 ? 17 : 16, 'vars of a block or task', each));
    },
  },
  { level: 18, name: 'include_vars', per: 'live', layers: ({ host }) => [host.includedLayer] },
  { level: 19, name: 'set_fact and register', per: 'live', layers: ({ host }) => [host.resultsLayer] },
  {
    level: 20,
    name: 'role parameters',
    per: 'frame',
    layers: ({ frame }) => {
      const role = frame?.source.role;
      const uses = role ? [...(role.parents ?? []), role] : [];
      return uses.map((use) => layer(20, `parameters of the role ${use.role.name}`, use.params));
    },
  },
  {
    level: 21,
    name: 'include parameters',
    per: 'frame',
    layers: ({ frame }) => (frame?.source.includeParams ?? []).map((vars) => layer(21, 'vars of an include', vars)),
  },
  { level: 22, name: 'extra vars', per: 'run', layers: ({ run }) => [layer(22, 'extra vars (-e)', run.extraVars)] },
];

const nothing: Vars = new Map();

const layer = (level: number, name: string, vars: Vars = nothing): Layer => ({
  level,
  name,
  vars,
  place: (variable) => positionOf(vars, variable),
});

/** A role with all it depends on, dependencies first. */
const withDependencies = (use: RoleUse): readonly RoleUse[] => [
  ...(use.dependencies ?? []).flatMap(withDependencies),
  use,
];

/** What a role's tasks see of others: the roles whose dependency it is or whose tasks include it, its own dependencies, itself. */
const around = (use: RoleUse): readonly RoleUse[] => [...(use.parents ?? []), ...withDependencies(use)];
