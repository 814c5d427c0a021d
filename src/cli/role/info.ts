import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { Project } from '../../registry/project.ts';
import { tellFailures } from '../failures.ts';
import { addProjectOptions, type ProjectFlags, withProject } from './project.ts';
import { print, shown } from './report.ts';

/** `k8s-bm role info ADDRESS`: what there is of it, and what it needs. */
export const addInfoCommand = (role: Command): void => {
  addProjectOptions(role.command('info').description('tell the versions of a role, and what it depends on'))
    .argument('<address>', 'a name from requirements.yml, or an address as for add')
    .option('--collection', 'it is a collection', false)
    .action((address: string, flags: ProjectFlags & { readonly collection: boolean }) =>
      tellFailures((signal) => withProject(flags, signal, (project) => tell(project, address, flags.collection))),
    );
};

const tell = async (project: Project, address: string, collection: boolean): Promise<void> => {
  const { asRequirement, splitVersion } = await import('../../registry/new-entry.ts');
  const { newest } = await import('../../registry/resolve.ts');
  const { fitting } = await import('../../registry/version.ts');
  const { withoutSecrets } = await import('../../registry/locate.ts');
  const { lockedFor } = await import('../../registry/graph.ts');
  const known = project.requirements().find(({ name }) => name === address);
  const [place, version] = splitVersion(address);
  const kind = collection ? 'collection' : 'role';
  const wanted = known ?? asRequirement(kind, place, version, undefined, dirname(project.file));
  const offers = fitting(await project.catalogue.offers(wanted), undefined);
  const chosen = await newest(wanted, project.catalogue);
  const { contents, integrity } = chosen.found;
  const lock = project.lock();
  const locked = lock && lockedFor(wanted, lock);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['name', contents.name ?? wanted.name],
    ['from', withoutSecrets(wanted.src)],
    ['version', shown(chosen.offer.version || contents.version)],
    ['integrity', integrity],
    ['about', contents.description],
    ['locked', locked && `${shown(locked.version)}${locked.integrity === integrity ? '' : ', another'}`],
    [
      'versions',
      offers
        .slice(0, 20)
        .map((offer) => offer.version)
        .join(', ') || undefined,
    ],
    [
      'depends on',
      contents.dependencies.map((each) => `${each.name} ${each.version ?? ''}`.trim()).join(', ') || 'nothing',
    ],
  ];
  for (const [name, value] of rows) if (value !== undefined) print(`${name.padEnd(11)} ${value}`);
};
