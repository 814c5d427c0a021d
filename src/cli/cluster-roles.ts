import { basename, resolve } from 'node:path';
import { clusterInventory } from '../cluster/inventory.ts';
import type { Vars } from '../language/playbook.ts';
import type { Loaded } from '../run/load.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { requirementsNear, withProject } from './role/project.ts';

/**
 * The folder of the cluster's roles and playbooks where the inventory takes them from a registry, pinned to a version or a
 * digest: `cluster_roles: oci://registry.example/k8s/cluster@1.4.0`. requirements.lock beside the inventory keeps what that
 * was, so that it stays the same and needs no network. Undefined where it says nothing: those that came with this program.
 */
export const publishedCluster = async (
  inventory: string,
  loaded: Loaded & { readonly extraVars: Vars },
  signal: AbortSignal,
): Promise<string | undefined> => {
  const described = clusterInventory(inventory, loaded);
  const values = new Map<string, Position | undefined>();
  for (const host of loaded.inventory.hosts.keys()) {
    const found = described.variables(host).get('cluster_roles');
    if (found && !values.has(String(found.value))) values.set(String(found.value), found.position);
  }
  const [first, second] = values;
  if (!first) return undefined;
  const [text, position] = first;
  if (second)
    throw wrong('cluster_roles is one value for all hosts, and here are several', second[1], 'set it in all: vars:');
  const { pinnedCollection } = await import('../registry/pinned.ts');
  const place = position ?? { file: resolve(inventory), line: 1, column: 1 };
  let folder = '';
  await withProject({ requirements: requirementsNear(resolve(inventory)) }, signal, async (project) => {
    const pinned = await pinnedCollection(project, text, place);
    if (pinned.lockChanged) process.stderr.write(`Wrote ${basename(project.lockFile)}.\n`);
    folder = pinned.folder;
  });
  return folder;
};

const wrong = (message: string, position: Position | undefined, hint: string): UserError =>
  new UserError({ severity: 'error', message, position, hint });
