import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { addOfflineOption, addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { reportInstall } from './report.ts';

interface InstallFlags extends ProjectFlags {
  readonly frozen: boolean;
  readonly force: boolean;
}

/** `k8s-bm role install`: everything of requirements.yml, exactly as the lock says where it answers. */
export const addInstallCommand = (role: Command): void => {
  addOfflineOption(addProjectOptions(role.command('install').description('install what requirements.yml asks for')))
    .option('--frozen', 'fail rather than change requirements.lock, for CI', false)
    .option('--force', 'replace folders that were changed, or not installed by this', false)
    .action((flags: InstallFlags) =>
      tellFailures((signal) =>
        withProject(flags, signal, async (project) => {
          reportInstall(await project.install(flags), project);
        }),
      ),
    );
};
