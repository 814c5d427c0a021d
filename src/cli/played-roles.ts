import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Play, TaskNode } from '../language/playbook.ts';
import { readPlaybook } from '../language/plays.ts';
import { Reading } from '../language/reading.ts';
import type { PlayedRoles } from '../language/roles.ts';
import type { Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';
import { requirementsNear, withProject } from './role/project.ts';

/**
 * Resolves the roles that playbooks name by where they come from (`role: oci://registry.example/k8s/etcd@^2`) by the lock
 * beside them, which is written where it does not know them yet, and brings them into the cache. Undefined where none does.
 */
export const playedRoles = async (
  playbooks: readonly string[],
  signal: AbortSignal,
): Promise<PlayedRoles | undefined> => {
  const named = referencesIn(playbooks);
  const [first] = playbooks;
  if (named.size === 0 || first === undefined) return undefined;
  const { playFromCache } = await import('../registry/play-from-cache.ts');
  let played: PlayedRoles | undefined;
  await withProject({ requirements: requirementsNear(first) }, signal, async (project) => {
    const ready = await playFromCache(project, named);
    if (ready.lockChanged) process.stderr.write(`Wrote ${basename(project.lockFile)}.\n`);
    played = ready.find;
  });
  return played;
};

/** Every reference in the playbooks and those they import, with the place where it stands first. */
const referencesIn = (playbooks: readonly string[]): ReadonlyMap<string, Position> => {
  const found = new Map<string, Position>();
  const files = new Set(playbooks);
  for (const file of files) {
    // What can't be read is told by who reads it to run it.
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    for (const [, name = ''] of text.matchAll(/import_playbook:\s*['"]?([^'"{}\s#]+)/g))
      files.add(resolve(dirname(file), name));
    if (!/oci:\/\/|git\+/.test(text) || text.startsWith('$ANSIBLE_VAULT')) continue;
    for (const entry of readPlaybook(new Reading({}), file, {}).entries)
      if (entry.kind === 'play') collect(entry, found);
  }
  return found;
};

const collect = (play: Play, found: Map<string, Position>): void => {
  const add = (name: Value | undefined, position: Position): void => {
    if (typeof name === 'string' && /^(?:oci:\/\/|git\+)/.test(name) && !found.has(name)) found.set(name, position);
  };
  const visit = (nodes: readonly TaskNode[]): void => {
    for (const node of nodes) {
      if (node.kind === 'block') for (const inner of [node.block, node.rescue, node.always]) visit(inner);
      else if (/(?:^|\.)(?:import|include)_role$/.test(node.module.name) && node.args.value instanceof Map)
        add(node.args.value.get('name') ?? node.args.value.get('role'), node.args.valuePosition);
    }
  };
  for (const { role } of play.roles) add(role.value, role.valuePosition);
  for (const nodes of [play.preTasks, play.tasks, play.postTasks, play.handlers]) visit(nodes);
};
