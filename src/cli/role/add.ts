import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { Project } from '../../registry/project.ts';
import { UserError } from '../../util/diagnostic.ts';
import { tellFailures } from '../failures.ts';
import { addOfflineOption, addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { print, reportInstall } from './report.ts';

interface AddFlags extends ProjectFlags {
  readonly collection: boolean;
  readonly name?: string;
  readonly force: boolean;
}

/** `k8s-bm role add oci://registry.example/k8s/etcd@^2`: one more requirement, installed. */
export const addAddCommand = (role: Command): void => {
  addOfflineOption(addProjectOptions(role.command('add').description('add a role to requirements.yml and install it')))
    .argument(
      '<address>',
      'owner.role, oci://HOST/PATH, git+https://…, https://….tar.gz or ./folder; with @VERSION or @RANGE',
    )
    .option('--collection', 'it is a collection', false)
    .option('--name <name>', 'what the role is called here')
    .option('--force', 'replace folders that were changed, or not installed by this', false)
    .action((address: string, flags: AddFlags) =>
      tellFailures((signal) => withProject(flags, signal, (project) => add(project, address, flags))),
    );
};

const add = async (project: Project, address: string, flags: AddFlags): Promise<void> => {
  const { entryFor } = await import('../../registry/new-entry.ts');
  const { withEntry, writeRequirements } = await import('../../registry/edit.ts');
  const kind = flags.collection ? 'collection' : 'role';
  const { entry, wanted } = await entryFor(kind, address, flags.name, dirname(project.file), project.catalogue);
  const known = project.requirements().find((each) => each.kind === kind && each.name === wanted.name);
  if (known)
    throw new UserError({
      severity: 'error',
      message: `${wanted.name} is required already`,
      position: known.position,
      hint: `change its version there, or run k8s-bm role remove ${wanted.name} first`,
    });
  const before = existsSync(project.file) ? readFileSync(project.file, 'utf8') : undefined;
  writeRequirements(project.file, withEntry(project.file, entry));
  try {
    const installed = await project.install({ force: flags.force });
    print(`Added ${wanted.name}${entry.fields.version ? ` ${entry.fields.version}` : ''} to ${project.file}.`);
    reportInstall(installed, project);
  } catch (error) {
    // What can't be installed is not required either.
    if (before === undefined) rmSync(project.file);
    else writeRequirements(project.file, before);
    throw error instanceof UserError ? notAdded(error, wanted.name, project.file) : error;
  }
};

/** The line that an error is about is not there any more. */
const notAdded = (error: UserError, name: string, file: string): UserError =>
  new UserError(
    error.diagnostics.map(({ position, message, ...rest }) => ({
      ...rest,
      message: `${name} is not added: ${message}`,
      position: position?.file === file ? undefined : position,
    })),
    { cause: error },
  );
