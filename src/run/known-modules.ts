import { isCollectionModule } from '../language/collection-modules.ts';
import type { ModuleNames } from '../language/reading.ts';
import { findModule, nearestModule } from '../modules/modules.ts';
import { nearest } from '../util/nearest.ts';

/** Names that stand where a module's does and that the engine itself acts on. */
const engineActions = [
  'meta',
  'include_tasks',
  'include_role',
  'import_tasks',
  'import_role',
  'validate_argument_spec',
] as const;

const shortName = (name: string): string => name.replace(/^ansible\.(builtin|legacy)\./, '');

/**
 * What may stand where a task names its module. One that collections have and that is not written here may stand in a
 * playbook, under a condition that never holds on the systems that are: it fails only where it would run.
 */
export const moduleNames: ModuleNames = {
  has: (name) => {
    const short = shortName(name);
    return (
      findModule(name) !== undefined || engineActions.some((action) => action === short) || isCollectionModule(short)
    );
  },
  nearest: (name) => nearestModule(name) ?? nearest(shortName(name), engineActions),
};
