import { hostLayers } from '../inventory/host-layers.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { VarsFolders } from '../inventory/vars-folders.ts';
import type { Decrypt } from '../language/files.ts';
import type { Vars } from '../language/playbook.ts';
import { plain } from '../modules/coerce.ts';
import type { Templar } from '../template/templar.ts';
import type { Scope, Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';
import type { Variables } from '../variables/variables.ts';
import type { ClusterInventory } from './validate.ts';

interface Sources {
  readonly inventory: Inventory;
  readonly variables: Variables;
  readonly templar: Templar;
  readonly extraVars: Vars;
  readonly decrypt?: Decrypt | undefined;
}

/** An inventory as a cluster's: its groups, and every variable of every host, rendered where that can be done before a host is asked. */
export const clusterInventory = (file: string, sources: Sources): ClusterInventory => {
  const { inventory, variables, templar, extraVars, decrypt } = sources;
  const folders = new VarsFolders(decrypt);
  const play = variables.play({ name: '', playbookDir: '', vars: new Map(), hosts: [] });
  const known = new Map<string, ReturnType<ClusterInventory['variables']>>();
  const read = (name: string): ReturnType<ClusterInventory['variables']> => {
    const host = inventory.hosts.get(name);
    const found = new Map<string, { value: unknown; position?: Position | undefined }>();
    if (!host) return found;
    const scope = play.scope(name);
    for (const layer of hostLayers(inventory, folders, host, undefined)) {
      for (const [variable, value] of layer.vars) {
        const rendered = renderedEarly(templar, value, scope);
        if (rendered) found.set(variable, { value: rendered.value, position: layer.place(variable) });
      }
    }
    for (const [variable, value] of extraVars) found.set(variable, { value: plain(value) });
    return found;
  };
  return {
    file,
    hosts: (name) => {
      const group = inventory.groups.get(name);
      return group ? inventory.hostsOf(group).map((host) => host.name) : [];
    },
    variables: (name) => {
      const before = known.get(name) ?? read(name);
      known.set(name, before);
      return before;
    },
  };
};

/** A value that asks for facts is known only after they are gathered, and is checked by preflight then. */
const renderedEarly = (templar: Templar, value: Value, scope: Scope): { readonly value: unknown } | undefined => {
  try {
    return { value: plain(templar.render(value, scope)) };
  } catch {
    return undefined;
  }
};
