import { type Command, Option } from 'commander';
import type { SignatureForm } from '../../oci/cosign.ts';
import type { KeyPair } from '../../registry/publish.ts';
import { tellFailures } from '../failures.ts';
import { withSources } from './project.ts';
import { print } from './report.ts';

interface PublishFlags {
  readonly version?: string;
  readonly collection: boolean;
  readonly replace: boolean;
  readonly sign?: string;
  readonly signAs: SignatureForm;
}

/** Every version of cosign verifies the first. */
const forms: readonly SignatureForm[] = ['tag', 'bundle'];

/** `k8s-bm role publish roles/etcd oci://registry.example/k8s/etcd`. */
export const addPublishCommand = (role: Command): void => {
  role
    .command('publish')
    .description('put a role into a registry')
    .argument('<folder>', 'the role')
    .argument('<address>', 'oci://HOST/PATH, with or without @VERSION')
    .option('--version <version>', "a semantic version (default: the one in the role's meta/main.yml)")
    .option('--collection', 'it is a collection', false)
    .option('--replace', 'put other content in the place of a version that is there', false)
    .option('--sign <file>', 'sign it with this private key, cosign.key or any in PEM; COSIGN_PASSWORD opens it')
    .addOption(
      new Option(
        '--sign-as <form>',
        'how the signature is kept: a tag beside it, or a bundle that refers to it, as cosign 3 does',
      )
        .choices(forms)
        .default('tag'),
    )
    .action((folder: string, address: string, flags: PublishFlags) =>
      tellFailures((signal) =>
        withSources(signal, async (sources) => {
          const { publish } = await import('../../registry/publish.ts');
          const { version, replace, signAs } = flags;
          const signer = flags.sign === undefined ? undefined : await readSigner(flags.sign);
          const kind = flags.collection ? 'collection' : 'role';
          const published = await publish({ kind, folder, address, version, replace, signer, signAs }, await sources());
          print(`Published ${published.reference}`);
          print(`  ${published.digest}${signer ? ', signed' : ''}`);
        }),
      ),
    );
};

const readSigner = async (file: string): Promise<KeyPair> => {
  const { createPublicKey } = await import('node:crypto');
  const { readPrivateKey } = await import('../../oci/signature.ts');
  const { readKeyFile } = await import('./key-file.ts');
  const privateKey = readPrivateKey(readKeyFile(file), file, process.env.COSIGN_PASSWORD);
  return { privateKey, publicKey: createPublicKey(privateKey) };
};
