import { type Command, Option } from 'commander';
import { checkKubernetesVersion, fillImages } from '../../lab/images/fill.ts';
import { versions } from '../../lab/images/programs.ts';
import { checkMachine, hostNeeds } from '../../lab/machine.ts';
import { imageRegistry, refreshRegistry } from '../../lab/registry/image-registry.ts';
import { labNames, labPlace } from '../../lab/state.ts';
import { tellFailures } from '../failures.ts';
import { addPlaceOptions, labHome, type PlaceOptions, say } from './place.ts';

interface ImagesFlags extends PlaceOptions {
  readonly kubernetes: readonly string[];
  readonly copy?: boolean;
  readonly build?: boolean;
  readonly install?: boolean;
}

const newest = versions.kubernetes[0];

export const addImagesCommand = (lab: Command): void => {
  addPlaceOptions(lab.command('images').description("fill the lab's registry with what a cluster needs, once"))
    .option('--kubernetes <version...>', `which versions, as in ${versions.kubernetes.join(' ')}`, [newest])
    .addOption(new Option('--copy', 'from public registries, or not at all').conflicts('build'))
    .option('--build', 'from Go modules and Debian packages, even where public registries answer')
    .option('--install', 'install with apt-get what this machine lacks')
    .action((flags: ImagesFlags) => tellFailures((signal) => run(flags, signal)));
};

const run = async (flags: ImagesFlags, signal: AbortSignal): Promise<void> => {
  const home = labHome(flags);
  const kubernetes = flags.kubernetes.map(checkKubernetesVersion);
  const needs = [...hostNeeds, ...imageRegistry.needs, { program: 'setcap', package: 'libcap2-bin' }];
  await checkMachine({ needs, install: flags.install ?? false, onProgress: say });
  const how = flags.copy ? 'copy' : flags.build ? 'build' : 'auto';
  await fillImages({ cache: home.cache, kubernetes, how, onProgress: say, signal });
  for (const name of await labNames(home)) await refreshRegistry(labPlace(home, name));
};
