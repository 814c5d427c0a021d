import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { reportInstall } from './report.ts';

/** `k8s-bm role update [NAME…]`: the newest that the ranges allow. */
export const addUpdateCommand = (role: Command): void => {
  addProjectOptions(role.command('update').description('take the newest versions that requirements.yml allows'))
    .argument('[role...]', 'only these; everything when left out')
    .option('--force', 'replace folders that were changed, or not installed by this', false)
    .action((names: string[], flags: ProjectFlags & { readonly force: boolean }) =>
      tellFailures((signal) =>
        withProject(flags, signal, async (project) => {
          const update = names.length > 0 ? names : 'all';
          reportInstall(await project.install({ update, force: flags.force }), project);
        }),
      ),
    );
};
