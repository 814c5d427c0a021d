import type { Inventory } from '../inventory/inventory.ts';
import { type Dict, omit, type Scope, type Value } from '../template/values.ts';
import type { RunSettings } from './create-variables.ts';
import { HostVars, VariablesOf } from './hostvars.ts';
import type { View } from './ladder.ts';
import type { RoleUse } from './variables.ts';

type Computed = (view: View, scope: Scope) => Value | undefined;

/** The Ansible whose behaviour is the reference; roles compare it. */
const reference = { full: '2.21.5', major: 2, minor: 21, revision: 5 } as const;

/**
 * The variables that nobody sets, from "Special Variables" in Ansible's documentation. They win over every level of the ladder,
 * and are computed when they are asked for.
 */
export class Magic {
  readonly #computed: ReadonlyMap<string, Computed>;
  readonly #fallbacks: ReadonlyMap<string, Value>;

  constructor(options: {
    readonly inventory: Inventory;
    readonly settings: RunSettings;
    readonly render: (value: Value, scope: Scope) => Value;
    readonly scopeOf: (host: string) => Scope | undefined;
  }) {
    const { inventory, settings, render, scopeOf } = options;
    const hostvars = new HostVars(() => [...inventory.hosts.keys()], scopeOf, render);
    const groups = new Groups(inventory);
    const constants: readonly (readonly [string, Value])[] = [
      ['omit', omit],
      ['hostvars', hostvars],
      ['ansible_check_mode', settings.checkMode ?? false],
      ['ansible_diff_mode', settings.diffMode ?? false],
      ['ansible_forks', settings.forks ?? 5],
      ['ansible_verbosity', settings.verbosity ?? 0],
      ['ansible_run_tags', [...(settings.runTags ?? ['all'])]],
      ['ansible_skip_tags', [...(settings.skipTags ?? [])]],
      ['ansible_inventory_sources', inventory.sources.map(({ name, file }) => file ?? name)],
      ['ansible_version', new Map<Value, Value>([...Object.entries(reference), ['string', reference.full]])],
      ...(settings.limit === undefined ? [] : [['ansible_limit', settings.limit] as const]),
      ...(settings.configFile === undefined ? [] : [['ansible_config_file', settings.configFile] as const]),
    ];
    this.#computed = new Map<string, Computed>([
      ...constants.map(([name, value]): [string, Computed] => [name, () => value]),
      ['inventory_hostname', ({ host }) => host.host.name],
      ['inventory_hostname_short', ({ host }) => host.host.name.split('.', 1)[0]],
      ['inventory_file', ({ host }) => host.host.source?.file],
      ['inventory_dir', ({ host }) => host.host.source?.folder],
      ['groups', () => groups.all()],
      ['group_names', ({ host }) => groups.namesOf(host.host.name)],
      ['vars', (_, scope) => new VariablesOf(scope, render)],
      ['ansible_search_path', ({ frame }) => frame?.source.searchPath && [...frame.source.searchPath]],
      ['environment', ({ frame }) => frame?.source.environment],
      ['playbook_dir', ({ play, run }) => play?.source.playbookDir ?? run.playbookDir],
      ...playNames,
      ...roleNames,
    ]);
    this.#fallbacks = new Map<string, Value>([['ansible_managed', 'Ansible managed']]);
  }

  get(name: string, view: View, scope: Scope): Value | undefined {
    return this.#computed.get(name)?.(view, scope);
  }

  /** What a name means where nobody sets it. */
  fallback(name: string): Value | undefined {
    return this.#fallbacks.get(name);
  }

  *names(view: View): Iterable<string> {
    for (const name of this.#computed.keys())
      if (name === 'vars' || this.get(name, view, noScope) !== undefined) yield name;
    yield* this.#fallbacks.keys();
  }
}

const noScope: Scope = { get: () => undefined, has: () => false, names: () => [] };

const playNames: readonly (readonly [string, Computed])[] = [
  ['ansible_play_name', ({ play }) => play?.source.name],
  ['ansible_play_hosts_all', ({ play }) => play && [...play.source.hosts]],
  ['ansible_play_hosts', ({ play }) => play && [...play.active]],
  ['play_hosts', ({ play }) => play && [...play.active]],
  ['ansible_play_batch', ({ play }) => play && [...play.batch]],
  ['ansible_play_role_names', ({ play }) => play && namesOf(play.exported)],
  ['role_names', ({ play }) => play && namesOf(play.exported)],
  ['ansible_role_names', ({ play }) => play && namesOf([...play.exported, ...play.exported.flatMap(dependenciesOf)])],
  ['ansible_dependent_role_names', ({ play }) => play && namesOf(play.exported.flatMap(dependenciesOf))],
];

const roleNames: readonly (readonly [string, Computed])[] = [
  ['role_name', ({ frame }) => frame?.source.role?.role.name],
  ['ansible_role_name', ({ frame }) => frame?.source.role?.role.name],
  ['role_path', ({ frame }) => frame?.source.role?.role.path],
  ['ansible_parent_role_names', ({ frame }) => includers(frame?.source.role)?.map(({ role }) => role.name)],
  ['ansible_parent_role_paths', ({ frame }) => includers(frame?.source.role)?.map(({ role }) => role.path)],
];

const namesOf = (uses: readonly RoleUse[]): Value[] => [...new Set(uses.map(({ role }) => role.name))];
const dependenciesOf = (use: RoleUse): readonly RoleUse[] =>
  (use.dependencies ?? []).flatMap((each) => [...dependenciesOf(each), each]);
/** Nearest first. */
const includers = (use: RoleUse | undefined): readonly RoleUse[] | undefined =>
  use?.includers?.length ? [...use.includers].reverse() : undefined;

/** `groups` and `group_names`, made anew when the inventory has changed. */
class Groups {
  readonly #inventory: Inventory;
  readonly #names = new Map<string, Value[]>();
  #groups: Dict = new Map();
  #version = -1;

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
  }

  all(): Dict {
    this.#refresh();
    return this.#groups;
  }

  namesOf(host: string): Value[] {
    this.#refresh();
    let names = this.#names.get(host);
    if (!names) {
      const found = this.#inventory.host(host);
      const groups = found ? this.#inventory.groupsOf(found) : [];
      names = groups
        .map(({ name }) => name)
        .filter((name) => name !== 'all')
        .sort();
      this.#names.set(host, names);
    }
    return names;
  }

  #refresh(): void {
    if (this.#version === this.#inventory.version) return;
    this.#version = this.#inventory.version;
    this.#names.clear();
    this.#groups = new Map();
    for (const group of this.#inventory.groups.values())
      this.#groups.set(
        group.name,
        this.#inventory.hostsOf(group).map(({ name }) => name),
      );
  }
}
