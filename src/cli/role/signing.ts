import { type Command, Option } from 'commander';
import type { SignatureForm } from '../../oci/cosign.ts';
import type { Wish } from '../../registry/publish.ts';
import { readKeyFile } from './key-file.ts';

export interface SigningFlags {
  readonly sign?: string;
  readonly signAs: SignatureForm;
}

/** Every version of cosign verifies the first. */
const forms: readonly SignatureForm[] = ['tag', 'bundle'];

/** How what is published may be signed. */
export const addSigningOptions = (command: Command): Command =>
  command
    .option('--sign <file>', 'sign it with this private key, cosign.key or any in PEM; COSIGN_PASSWORD opens it')
    .addOption(
      new Option(
        '--sign-as <form>',
        'how the signature is kept: a tag beside it, or a bundle that refers to it, as cosign 3 does',
      )
        .choices(forms)
        .default('tag'),
    );

/** Who signs, where the flags want it; a UserError where the key can't be read. */
export const readSigning = async ({ sign, signAs }: SigningFlags): Promise<Pick<Wish, 'signer' | 'signAs'>> => {
  if (sign === undefined) return {};
  const { createPublicKey } = await import('node:crypto');
  const { readPrivateKey } = await import('../../oci/signature.ts');
  const privateKey = readPrivateKey(readKeyFile(sign), sign, process.env.COSIGN_PASSWORD);
  return { signer: { privateKey, publicKey: createPublicKey(privateKey) }, signAs };
};
