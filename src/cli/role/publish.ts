import type { Command } from 'commander';
import { tellFailures } from '../failures.ts';
import { withSources } from './project.ts';
import { print } from './report.ts';
import { addSigningOptions, readSigning, type SigningFlags } from './signing.ts';

interface PublishFlags extends SigningFlags {
  readonly version?: string;
  readonly collection: boolean;
  readonly replace: boolean;
}

/** `k8s-bm role publish roles/etcd oci://registry.example/k8s/etcd`. */
export const addPublishCommand = (role: Command): void => {
  const command = role
    .command('publish')
    .description('put a role into a registry')
    .argument('<folder>', 'the role')
    .argument('<address>', 'oci://HOST/PATH, with or without @VERSION')
    .option('--version <version>', "a semantic version (default: the one in the role's meta/main.yml)")
    .option('--collection', 'it is a collection', false)
    .option('--replace', 'put other content in the place of a version that is there', false);
  addSigningOptions(command).action((folder: string, address: string, flags: PublishFlags) =>
    tellFailures((signal) =>
      withSources(signal, async (sources) => {
        const { publish } = await import('../../registry/publish.ts');
        const { version, replace } = flags;
        const signing = await readSigning(flags);
        const kind = flags.collection ? 'collection' : 'role';
        const published = await publish({ kind, folder, address, version, replace, ...signing }, await sources());
        print(`Published ${published.reference}`);
        print(`  ${published.digest}${signing.signer ? ', signed' : ''}`);
      }),
    ),
  );
};
