import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { print, shown, table } from './report.ts';

/** `k8s-bm role list`: what is locked, and whether it is installed. */
export const addListCommand = (role: Command): void => {
  addProjectOptions(role.command('list').description('list what is locked, and whether it is installed'))
    .option('--json', 'for programs')
    .action((flags: ProjectFlags & { readonly json?: boolean }) =>
      tellFailures((signal) =>
        withProject(flags, signal, async (project) => {
          const { isName } = await import('../../registry/locate.ts');
          const { emptyLock, keyOf } = await import('../../registry/lock.ts');
          const { reached } = await import('../../registry/coverage.ts');
          const { folderOf, readOrigin } = await import('../../registry/install.ts');
          const lock = project.lock() ?? emptyLock;
          const own = reached(project.requirements(), lock);
          const packages = [...lock.packages.values()].map((locked) => {
            const named = isName(locked.kind, locked.name) && ('missing' in own || own.packages.has(keyOf(locked)));
            const origin = named ? readOrigin(folderOf(locked, project.places)) : undefined;
            const same = origin?.integrity === locked.integrity;
            const state = !named
              ? 'in the cache'
              : same
                ? 'installed'
                : origin
                  ? `${shown(origin.version)} there`
                  : 'missing';
            const { kind, name, version, src, integrity } = locked;
            return { kind, name, version, src, integrity, state };
          });
          if (flags.json) return print(JSON.stringify(packages, null, 2));
          if (packages.length === 0) return print('Nothing is locked: k8s-bm role install does that.');
          table([
            ['NAME', 'VERSION', 'KIND', 'STATE', 'FROM'],
            ...packages.map(({ name, version, kind, state, src }) => [name, shown(version), kind, state, src]),
          ]);
        }),
      ),
    );
};
