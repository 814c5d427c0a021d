import type { Vars } from '../language/playbook.ts';
import { positionOf } from '../language/positions.ts';
import type { Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';
import type { Group, Host, Inventory } from './inventory.ts';
import type { VarsFile, VarsFolders } from './vars-folders.ts';

/** Variables of one origin, with their rank among the 22 levels of Ansible's documentation. */
export interface Layer {
  readonly level: number;
  readonly name: string;
  readonly vars: Vars;
  place(variable: string): Position | undefined;
}

/**
 * What inventories and the folders beside them and beside the playbook say of a host, weakest first: levels 3 to 10. Groups come
 * in their order (depth, priority, name); within one level a later source is stronger than an earlier one.
 */
export const hostLayers = (
  inventory: Inventory,
  folders: VarsFolders,
  host: Host,
  playbookDir: string | undefined,
): readonly Layer[] => {
  const groups = inventory.groupsOf(host);
  const all = groups.filter((group) => group === inventory.all);
  const others = groups.filter((group) => group !== inventory.all);
  const beside = [...new Set(inventory.sources.flatMap(({ folder }) => folder ?? []))];
  const playbook = playbookDir === undefined ? [] : [playbookDir];
  const ofGroups = (level: number, label: string, dirs: readonly string[], from: readonly Group[]): readonly Layer[] =>
    dirs.flatMap((dir) =>
      from.flatMap(({ name }) =>
        folders.read(dir, 'group_vars', name).map((file) => ofFile(level, `group_vars/${name} ${label}`, file)),
      ),
    );
  const ofHost = (level: number, label: string, dirs: readonly string[]): readonly Layer[] =>
    dirs.flatMap((dir) =>
      folders.read(dir, 'host_vars', host.name).map((file) => ofFile(level, `host_vars/${host.name} ${label}`, file)),
    );
  return [
    ...[...all, ...others].map((group) => ofEntity(3, `the group ${group.name} in the inventory`, group)),
    ...ofGroups(4, 'beside the inventory', beside, all),
    ...ofGroups(5, 'beside the playbook', playbook, all),
    ...ofGroups(6, 'beside the inventory', beside, others),
    ...ofGroups(7, 'beside the playbook', playbook, others),
    ofEntity(8, 'the host in the inventory', host),
    ...ofHost(9, 'beside the inventory', beside),
    ...ofHost(10, 'beside the playbook', playbook),
  ].filter(({ vars }) => vars.size > 0);
};

/** The winner of each name, over all layers; with `merge`, mappings are joined key by key (`hash_behaviour = merge`). */
export const flatten = (layers: readonly { readonly vars: Vars }[], merge = false): Map<string, Value> => {
  const flat = new Map<string, Value>();
  for (const { vars } of layers)
    for (const [name, value] of vars) {
      const before = merge ? flat.get(name) : undefined;
      flat.set(name, before === undefined ? value : joined(before, value));
    }
  return flat;
};

/** Two mappings joined key by key, deeply; of anything else the stronger. */
export const joined = (weaker: Value, stronger: Value): Value => {
  if (!(weaker instanceof Map) || !(stronger instanceof Map)) return stronger;
  const result = new Map(weaker);
  for (const [key, value] of stronger) {
    const before = result.get(key);
    result.set(key, before === undefined ? value : joined(before, value));
  }
  return result;
};

const ofEntity = (level: number, name: string, entity: Host | Group): Layer => ({
  level,
  name,
  vars: entity.vars,
  place: (variable) => entity.places.get(variable),
});

const ofFile = (level: number, name: string, { vars }: VarsFile): Layer => ({
  level,
  name,
  vars,
  place: (variable) => positionOf(vars, variable),
});
