import type { RegistryClient } from '../oci/registry-client.ts';
import type { RegistryAnswer } from '../oci/registry-request.ts';
import { partsOf } from './publish.ts';
import type { Kind, SourceOptions, Wanted } from './source.ts';
import { GalaxyApi, type Json } from './sources/galaxy-api.ts';
import type { Network } from './sources/network.ts';

export interface Hit {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/** Roles or collections on Galaxy that have these words, the best first, as Galaxy sees it. */
export const searchGalaxy = async (
  kind: Kind,
  words: readonly string[],
  server: string | undefined,
  network: Network,
  options: SourceOptions,
): Promise<readonly Hit[]> => {
  const api = new GalaxyApi(network, options);
  const position = { file: '<none>', line: 1, column: 1 };
  const wanted: Wanted = { kind, name: '', source: 'galaxy', src: '', server, position };
  const keywords = words.join(' ');
  if (kind === 'role') {
    const base = await api.base(wanted, 'v1');
    const query = new URLSearchParams({ keywords, page_size: '50' });
    const answer = await api.ask(wanted, new URL(`search/roles/?${query}`, base));
    return entriesOf(answer?.results).map((each) => ({
      name: `${text(each.username) || text(each.github_user)}.${text(each.name)}`,
      version: '',
      description: text(each.description),
    }));
  }
  const base = await api.base(wanted, 'v3');
  const query = new URLSearchParams({ keywords, is_highest: 'true', limit: '50' });
  const answer = await api.ask(wanted, new URL(`plugin/ansible/search/collection-versions/?${query}`, base));
  return entriesOf(answer?.data).map((each) => {
    const found = (each.collection_version ?? {}) as Json;
    const name = `${text(found.namespace)}.${text(found.name)}`;
    return { name, version: text(found.version), description: text(found.description) };
  });
};

/** The repositories below `oci://host/prefix` whose names have all the words, where the registry tells its catalogue. */
export const searchRegistry = async (
  address: string,
  words: readonly string[],
  network: Network,
): Promise<readonly Hit[]> => {
  const { registry, repository: prefix } = partsOf(address.replace(/\/+$/, ''));
  const client = await network.registry(registry);
  const names = await repositoriesOf(client);
  const fits = (name: string): boolean =>
    (prefix === '' || name === prefix || name.startsWith(`${prefix}/`)) && words.every((word) => name.includes(word));
  return names.filter(fits).map((name) => ({ name: `oci://${registry}/${name}`, version: '', description: '' }));
};

/** The distribution specification has no list of repositories; `_catalog` is what most registries have instead. */
const repositoriesOf = async (client: RegistryClient): Promise<readonly string[]> => {
  const found: string[] = [];
  const asked = `the catalogue of ${client.registry}`;
  for (let url: string | URL | undefined = '/v2/_catalog?n=1000'; url && found.length < repositoryLimit; ) {
    const scopes = ['registry:catalog:*'];
    const answer: RegistryAnswer = await client.http.send({ method: 'GET', url, asked, scopes, expect: [200, 404] });
    if (answer.status === 404) return client.http.drop(answer).then(() => found);
    const page = JSON.parse((await client.http.read(answer, 4 * 1024 * 1024, asked)).toString('utf8')) as unknown;
    const names = (page as { repositories?: unknown } | null)?.repositories;
    if (!Array.isArray(names) || names.length === 0) break;
    found.push(...names.filter((name) => typeof name === 'string'));
    const next = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(answer.headers.link ?? '')?.[1];
    url = next === undefined ? undefined : new URL(next, answer.url);
  }
  return found;
};

const repositoryLimit = 100_000;

const entriesOf = (list: unknown): readonly Json[] =>
  Array.isArray(list) ? list.filter((each): each is Json => typeof each === 'object' && each !== null) : [];

const text = (value: unknown): string => (typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').trim() : '');
