import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { lockedFor } from './graph.ts';
import { writeLock } from './lock.ts';
import type { Project } from './project.ts';
import { referenceRequirement } from './references.ts';
import { semverOf } from './version.ts';

/**
 * Settles a collection that an inventory names as `oci://HOST/PATH@VERSION`, in the lock of the project, and brings it into
 * the cache, where it is used. Throws a UserError where it is not pinned to one version or digest in a registry.
 */
export const pinnedCollection = async (
  project: Project,
  text: string,
  position: Position,
): Promise<{ readonly folder: string; readonly lockChanged: boolean }> => {
  const wanted = referenceRequirement(text, position, 'collection');
  const { source, version } = wanted;
  const pinned = version !== undefined && (semverOf(version) === version || /^sha256:[0-9a-f]{64}$/.test(version));
  if (source !== 'oci' || !pinned)
    throw new UserError({
      severity: 'error',
      message: `'${text}' is not pinned to one version in a registry`,
      position,
      hint: 'such as oci://registry.example/k8s/cluster@1.4.0, or @sha256:… to hold it against its digest',
    });
  const requirements = project.requirements();
  const { lock, changed } = await project.settle(requirements, { references: new Map([[text, wanted]]) });
  const locked = lockedFor(wanted, lock);
  if (!locked) throw new Error(`what was resolved does not have ${text}`);
  const { folder } = await project.bringWhole(locked, [wanted]);
  return { folder, lockChanged: changed && writeLock(project.lockFile, lock) };
};
