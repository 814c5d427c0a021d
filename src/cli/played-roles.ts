import { basename } from 'node:path';
import type { PlayedRoles } from '../language/roles.ts';
import type { Position } from '../util/position.ts';
import { requirementsNear, withProject } from './role/project.ts';

/**
 * Resolves the roles that plays name by where they come from (`role: oci://registry.example/k8s/etcd@^2`) by the lock beside the
 * playbook, which is written where it does not know them yet, and brings them into the cache. What it returns is called anew,
 * with all of them, when what was brought has been found to name more.
 */
export const playedRoles = (playbook: string, signal: AbortSignal) => {
  let told = false;
  return async (named: ReadonlyMap<string, Position>): Promise<PlayedRoles> => {
    const { playFromCache } = await import('../registry/play-from-cache.ts');
    let played: PlayedRoles = () => undefined;
    await withProject({ requirements: requirementsNear(playbook) }, signal, async (project) => {
      const ready = await playFromCache(project, named);
      if (ready.lockChanged && !told) process.stderr.write(`Wrote ${basename(project.lockFile)}.\n`);
      told ||= ready.lockChanged;
      played = ready.find;
    });
    return played;
  };
};
