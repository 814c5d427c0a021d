import type { Command } from 'commander';
import { packageRoot } from '../../util/package-root.ts';
import { tellFailures } from '../failures.ts';
import { withSources } from './project.ts';
import { print } from './report.ts';
import { addSigningOptions, readSigning, type SigningFlags } from './signing.ts';

/** `npm run publish-roles -- oci://registry.example/k8s/cluster`: the cluster's own roles, for `cluster_roles` in inventories. */
export const addPublishOwnCommand = (role: Command): void => {
  const command = role
    .command('publish-own')
    .description("put the cluster's own roles into a registry, for cluster_roles in inventories")
    .argument('<address>', 'oci://HOST/PATH, with or without @VERSION')
    .option('--replace', 'put other content in the place of a version that is there', false);
  addSigningOptions(command).action((address: string, flags: SigningFlags & { readonly replace: boolean }) =>
    tellFailures((signal) =>
      withSources(signal, async (sources) => {
        const { publishOwnRoles } = await import('../../registry/own-roles.ts');
        const how = { replace: flags.replace, ...(await readSigning(flags)) };
        const { reference, digest } = await publishOwnRoles(packageRoot(), address, how, await sources());
        print(`Published ${reference}`);
        print(`  ${digest}${how.signer ? ', signed' : ''}`);
        print(`In an inventory: cluster_roles: ${reference}`);
      }),
    ),
  );
};
