import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { print, shown } from './report.ts';

/** `k8s-bm role tree`: who depends on whom. */
export const addTreeCommand = (role: Command): void => {
  addProjectOptions(role.command('tree').description('show what depends on what')).action((flags: ProjectFlags) =>
    tellFailures((signal) =>
      withProject(flags, signal, async (project) => {
        const { treeOf } = await import('../../registry/graph.ts');
        const { emptyLock } = await import('../../registry/lock.ts');
        const branches = treeOf(project.asked(), project.lock() ?? emptyLock);
        if (branches.length === 0) return print('Nothing is locked: k8s-bm role install does that.');
        for (const { depth, locked, asked, repeated } of branches) {
          const range = asked === '*' || asked === locked.version ? '' : `  (${asked})`;
          print(`${'  '.repeat(depth)}${locked.name} ${shown(locked.version)}${range}${repeated ? '  as above' : ''}`);
        }
      }),
    ),
  );
};
