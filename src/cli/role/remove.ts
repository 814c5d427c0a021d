import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { Project } from '../../registry/project.ts';
import { UserError } from '../../util/diagnostic.ts';
import { tellFailures } from '../failures.ts';
import { addOfflineOption, addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { print, reportInstall } from './report.ts';

/** `k8s-bm role remove NAME`: one requirement less, and what only it needed. */
export const addRemoveCommand = (role: Command): void => {
  addOfflineOption(addProjectOptions(role.command('remove').description('take a role out of requirements.yml')))
    .argument('<role...>', 'what requirements.yml calls it')
    .option('--force', 'remove folders that were changed, too', false)
    .action((names: string[], flags: ProjectFlags & { readonly force: boolean }) =>
      tellFailures((signal) => withProject(flags, signal, (project) => remove(project, names, flags.force))),
    );
};

const remove = async (project: Project, names: readonly string[], force: boolean): Promise<void> => {
  const { withoutEntry, writeRequirements } = await import('../../registry/edit.ts');
  const requirements = project.requirements();
  const before = requirements.length > 0 ? readFileSync(project.file, 'utf8') : '';
  try {
    for (const name of names) {
      const text = withoutEntry(project.file, name, dirname(project.file));
      if (text === undefined)
        throw new UserError({
          severity: 'error',
          message: `${project.file} does not require ${name}`,
          hint: `it requires: ${requirements.map((each) => each.name).join(', ') || 'nothing'}`,
        });
      writeRequirements(project.file, text);
    }
    const installed = await project.install({ force });
    print(`Removed ${names.join(', ')} from ${project.file}.`);
    reportInstall(installed, project);
  } catch (error) {
    if (before !== '') writeRequirements(project.file, before);
    throw error;
  }
};
