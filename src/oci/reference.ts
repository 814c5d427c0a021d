import { UserError } from '../util/diagnostic.ts';
import { type Digest, isDigest } from './digest.ts';

/** An image's name taken apart: `registry.k8s.io/pause:3.10.1`, `quay.io/coreos/etcd@sha256:…`. */
export interface Reference {
  /** Host and port. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: Digest | undefined;
}

/** Distribution specification 1.1, "Pulling manifests": the form of a repository's name and of a tag. */
const repositoryForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const registryForm = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;

/**
 * Reads a name as Docker does: the first part is a registry where it holds a dot or a colon or is `localhost`; otherwise
 * the image is Docker Hub's, under `library/` when it has one part. Without tag and digest the tag is `latest`.
 * Throws a UserError for anything else.
 */
export const parseReference = (text: string): Reference => {
  const [name = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) throw wrong(text, 'what follows @ is no digest');
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const hasRegistry = /[.:]/.test(first) || first === 'localhost';
  const rest = hasRegistry ? name.slice(slash + 1) : name;
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const registry = hasRegistry ? first : 'docker.io';
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  if (!registryForm.test(registry)) throw wrong(text, `${registry} is not a host`);
  if (!repositoryForm.test(repository))
    throw wrong(text, 'a repository is lower-case letters, digits and . _ - / between them');
  if (tag !== undefined && !tagForm.test(tag)) throw wrong(text, 'a tag is letters, digits, . _ and -, 128 at most');
  return {
    registry,
    repository,
    ...(digest !== undefined ? { digest: digest as Digest, tag } : { tag: tag ?? 'latest' }),
  };
};

export const formatReference = ({ registry, repository, tag, digest }: Reference): string =>
  `${registry}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;

/** What a registry is asked for: the digest, where there is one, since it cannot be moved. */
export const versionOf = ({ tag, digest }: Reference): string => digest ?? tag ?? 'latest';

/**
 * The name of an image in a mirror (a host, with or without a path): the whole upstream name under it, so that mirrors of
 * several registries cannot get in each other's way: `registry.k8s.io/pause:3.10.1` is `MIRROR/registry.k8s.io/pause:3.10.1`.
 */
export const mirrored = (reference: Reference, mirror: string): Reference => {
  const [registry = '', ...path] = mirror.replace(/\/+$/, '').split('/');
  // A port's colon may not stand in a repository's name.
  const upstream = reference.registry.toLowerCase().replace(':', '-');
  return { ...reference, registry, repository: [...path, upstream, reference.repository].join('/') };
};

const wrong = (text: string, why: string): UserError =>
  new UserError({ severity: 'error', message: `${text} is not the name of an image: ${why}` });
