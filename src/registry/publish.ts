import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type SignatureForm, signManifest } from '../oci/cosign.ts';
import { UserError } from '../util/diagnostic.ts';
import { readContents } from './contents.ts';
import { withoutSecrets } from './locate.ts';
import { asRequirement, splitVersion } from './new-entry.ts';
import type { Requirement } from './requirements.ts';
import { pushArtifact } from './role-artifact.ts';
import type { Kind } from './source.ts';
import type { OpenSources } from './sources/sources.ts';
import { semverOf } from './version.ts';

export interface Wish {
  readonly kind: Kind;
  readonly folder: string;
  /** `oci://HOST/PATH`, with or without `@VERSION`. */
  readonly address: string;
  readonly version?: string | undefined;
  readonly replace?: boolean | undefined;
  /** Signs what was published, as cosign does. */
  readonly signer?: KeyPair | undefined;
  readonly signAs?: SignatureForm | undefined;
}

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface Published {
  /** `oci://HOST/PATH@VERSION`. */
  readonly reference: string;
  readonly digest: string;
}

/**
 * Publishes a role or collection in a registry under a semantic version: the one that is given, or the one that its files
 * declare. Throws a UserError where it depends on something that nobody else could find.
 */
export const publish = async (wish: Wish, { network }: Pick<OpenSources, 'network'>): Promise<Published> => {
  const { kind } = wish;
  const folder = resolve(wish.folder);
  const [address, inAddress] = splitVersion(wish.address);
  if (!existsSync(folder)) throw wrong(`there is no folder ${wish.folder}`);
  if (!address.startsWith('oci://')) {
    const meant =
      address.includes('/') && !address.includes('://') ? `oci://${address}` : 'oci://registry.example/roles/web';
    throw wrong(`${withoutSecrets(address)} is no address in a registry`, `such as ${withoutSecrets(meant)}`);
  }
  const wanted = asRequirement(kind, address, undefined, undefined, folder);
  const position = { file: folder, line: 1, column: 1 };
  const contents = readContents(kind, { folder, local: true }, position);
  const version = wish.version ?? inAddress ?? wanted.version ?? contents.version;
  if (version === undefined)
    throw wrong(
      'no version is given',
      kind === 'role'
        ? 'add --version 1.0.0, or galaxy_info.version in meta/main.yml'
        : 'add --version 1.0.0, or version in galaxy.yml',
    );
  if (semverOf(version) !== version)
    throw wrong(`'${version}' is not a semantic version`, 'three numbers, such as 1.4.0');
  const local = contents.dependencies.find(({ source, src }) => source === 'folder' || src.startsWith('/'));
  if (local)
    throw new UserError({
      severity: 'error',
      message: `it depends on ${local.src}, which is on this machine only`,
      position: local.position,
    });
  const { registry, repository } = partsOf(wanted.src);
  const client = await network.registry(registry);
  const { description } = contents;
  const target = client.repository(repository);
  const descriptor = await pushArtifact(target, {
    kind,
    folder,
    name: contents.name ?? basename(folder),
    version,
    dependencies: contents.dependencies.map(textOf),
    replace: wish.replace,
    ...(description && { annotations: { 'org.opencontainers.image.description': description } }),
  });
  if (wish.signer) await signManifest(target, descriptor, wish.signer, wish.signAs);
  return { reference: `${wanted.src}@${version}`, digest: descriptor.digest };
};

/** Host and repository of `oci://host/path`. */
export const partsOf = (src: string): { readonly registry: string; readonly repository: string } => {
  const [registry = '', ...path] = src.replace(/^oci:\/\//, '').split('/');
  return { registry, repository: path.join('/') };
};

const textOf = ({ src, version, source, subfolder }: Requirement): string =>
  `${source === 'git' ? 'git+' : ''}${withoutSecrets(src)}${subfolder ? `#${subfolder}` : ''}${version ? `@${version}` : ''}`;

const wrong = (message: string, hint?: string): UserError => new UserError({ severity: 'error', message, hint });
