import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Project } from '../../registry/project.ts';
import { trustVariable } from '../../registry/source.ts';
import type { OpenSources } from '../../registry/sources/sources.ts';

/** What every command about the roles of a project may be told. */
export interface ProjectFlags {
  readonly requirements?: string;
  readonly rolesPath?: string;
  readonly collectionsPath?: string;
  readonly offline?: boolean;
}

export const addProjectOptions = (command: Command): Command =>
  command
    .option('-r, --requirements <file>', 'the requirements (default: requirements.yml, or roles/requirements.yml)')
    .option('-p, --roles-path <folder>', "where roles are installed (default: ansible.cfg's roles_path, or roles/)")
    .option('--collections-path <folder>', 'where collections are installed (default: collections/)');

export const addOfflineOption = (command: Command): Command =>
  command.option('--offline', 'ask nobody: everything must be in the cache');

/** Runs an action on the project that the flags and this folder mean. */
export const withProject = async (
  flags: ProjectFlags,
  signal: AbortSignal,
  action: (project: Project, sources: () => Promise<OpenSources>) => Promise<void>,
): Promise<void> => {
  const { Project, findRequirements } = await import('../../registry/project.ts');
  const { Cache } = await import('../../registry/cache.ts');
  const file = findRequirements(process.cwd(), flags.requirements);
  await withSources(signal, async (sources) => {
    const project = new Project({
      file,
      places: await placesOf(flags, file),
      cache: new Cache(cacheFolder()),
      sources,
      offline: flags.offline,
      keyFile: process.env[trustVariable] || undefined,
    });
    await action(project, sources);
  });
};

/** requirements.yml of the project that a playbook or an inventory is in: beside it, or further up to the repository's top. */
export const requirementsNear = (path: string): string => {
  const start = dirname(path);
  for (let folder = start; ; folder = dirname(folder)) {
    for (const name of ['requirements.yml', 'requirements.yaml', 'requirements.lock'])
      if (existsSync(join(folder, name))) return join(folder, name.replace(/\.lock$/, '.yml'));
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return join(start, 'requirements.yml');
  }
};

/** Opens what roles come from when it is first wanted, and closes it at the end. */
export const withSources = async (
  signal: AbortSignal,
  action: (sources: () => Promise<OpenSources>) => Promise<void>,
): Promise<void> => {
  // Every request under way listens to it.
  setMaxListeners(0, signal);
  let opened: Promise<OpenSources> | undefined;
  const sources = (): Promise<OpenSources> => {
    opened ??= import('../../registry/sources/sources.ts').then(({ openSources }) =>
      openSources({ environment: process.env, home: homedir(), signal }),
    );
    return opened;
  };
  try {
    await action(sources);
  } finally {
    await (await opened?.catch(() => undefined))?.close();
  }
};

/** Shared by all projects of a user (XDG base directory specification). */
export const cacheFolder = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'k8s-bm/registry');

const placesOf = async (flags: ProjectFlags, file: string) => {
  const folder = dirname(file);
  const project = /(?:^|\/)(?:roles|collections)$/.test(folder) ? dirname(folder) : folder;
  const { readAnsibleConfig } = await import('../../language/ansible-cfg.ts');
  const config = readAnsibleConfig({ cwd: process.cwd(), home: homedir(), environment: process.env });
  const given = (path: string | undefined): string | undefined => path && resolve(path);
  return {
    roles: given(flags.rolesPath) ?? config.rolesPath?.[0] ?? join(project, 'roles'),
    collections: given(flags.collectionsPath) ?? config.collectionsPath?.[0] ?? join(project, 'collections'),
  };
};
