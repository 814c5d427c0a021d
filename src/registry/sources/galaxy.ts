import type { Fetched, Offer, Source, SourceOptions, Wanted } from '../source.ts';
import { semverOf } from '../version.ts';
import { downloadArchive } from './archive.ts';
import { atWish, refuse } from './at-wish.ts';
import { GalaxyApi, type Json } from './galaxy-api.ts';
import type { Network } from './network.ts';

/** Roles (API v1) and collections (API v3) of Ansible Galaxy, Automation Hub and servers like them. */
export class GalaxySource implements Source {
  readonly kind = 'galaxy';
  readonly #network: Network;
  readonly #api: GalaxyApi;

  constructor(network: Network, options: SourceOptions) {
    this.#network = network;
    this.#api = new GalaxyApi(network, options);
  }

  versions(wanted: Wanted): Promise<readonly Offer[]> {
    return atWish(wanted, async () => {
      const names = wanted.kind === 'role' ? await this.#roleVersions(wanted) : await this.#collectionVersions(wanted);
      return names.map((version) => ({ version, semver: semverOf(version) }));
    });
  }

  fetch(wanted: Wanted, { version, integrity }: Offer, into: string): Promise<Fetched> {
    return atWish(wanted, async () => {
      const artifact =
        wanted.kind === 'role' ? await this.#roleArchive(wanted, version) : await this.#artifact(wanted, version);
      const request = { authorization: await this.#api.authorization(wanted, artifact.url) };
      // The lock's word counts before the server's: that may have changed what it serves, and its digest with it.
      const expected = integrity ?? artifact.sha256;
      const options = {
        position: wanted.position,
        expected,
        dropTop: wanted.kind === 'role',
        subfolder: wanted.subfolder,
      };
      return { integrity: await downloadArchive(this.#network, artifact.url, request, into, options) };
    });
  }

  async #role(wanted: Wanted): Promise<Json> {
    const dot = wanted.src.lastIndexOf('.');
    const query = new URLSearchParams({
      owner__username: wanted.src.slice(0, dot),
      name: wanted.src.slice(dot + 1),
    });
    const base = await this.#api.base(wanted, 'v1');
    const [role] = (await this.#api.list(wanted, new URL(`roles/?${query}`, base))) ?? [];
    if (!role) throw refuse(wanted, `${base.host} has no role ${wanted.src}`);
    return role;
  }

  async #versionsOf(wanted: Wanted, role: Json): Promise<readonly Json[]> {
    const base = await this.#api.base(wanted, 'v1');
    if (typeof role.id !== 'number' && typeof role.id !== 'string')
      throw refuse(wanted, `${base.host} says nothing of the role ${wanted.src} by which to ask for its versions`);
    const url = new URL(`roles/${encodeURIComponent(role.id)}/versions/?page_size=50`, base);
    return (await this.#api.list(wanted, url)) ?? [];
  }

  async #roleVersions(wanted: Wanted): Promise<string[]> {
    return namesIn(await this.#versionsOf(wanted, await this.#role(wanted)), 'name');
  }

  async #roleArchive(wanted: Wanted, version: string): Promise<{ url: URL; sha256?: string }> {
    const role = await this.#role(wanted);
    const known = version ? await this.#versionsOf(wanted, role) : [];
    const entry = known.find(({ name }) => name === version);
    const link = entry?.download_url ?? entry?.source;
    if (typeof link === 'string' && link !== '') return { url: new URL(link, await this.#api.base(wanted, 'v1')) };
    const { github_user: user, github_repo: repository, github_branch: branch } = role;
    const wantedState = version || (typeof branch === 'string' && branch) || 'HEAD';
    const path = [user, repository, wantedState].map((part) => (typeof part === 'string' ? part : ''));
    if (path.some((part) => !/^[\w][\w./+-]*$/.test(part) || part.includes('..')))
      throw refuse(wanted, `the role ${wanted.src} has no address that its files could be had from`);
    return { url: new URL(`https://github.com/${path[0]}/${path[1]}/archive/${path[2]}.tar.gz`) };
  }

  async #collection(wanted: Wanted): Promise<URL> {
    const [namespace = '', name = ''] = wanted.src.split('.');
    const base = await this.#api.base(wanted, 'v3');
    return new URL(`collections/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/`, base);
  }

  async #collectionVersions(wanted: Wanted): Promise<string[]> {
    const collection = await this.#collection(wanted);
    const listed = await this.#api.list(wanted, new URL('versions/?limit=100', collection));
    if (!listed) throw refuse(wanted, `${collection.host} has no collection ${wanted.src}`);
    return namesIn(listed, 'version');
  }

  async #artifact(wanted: Wanted, version: string): Promise<{ url: URL; sha256?: string }> {
    const collection = await this.#collection(wanted);
    const details = await this.#api.ask(wanted, new URL(`versions/${encodeURIComponent(version)}/`, collection));
    if (!details) throw refuse(wanted, `${collection.host} has no ${wanted.src} ${version}`);
    const { download_url: link, artifact } = details;
    const sha256 = (artifact as Json | null | undefined)?.sha256;
    if (typeof link !== 'string' || !URL.canParse(link, collection.href))
      throw refuse(wanted, `${collection.host} does not say where ${wanted.src} ${version} is to be had`);
    const digest = typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256) ? sha256.toLowerCase() : undefined;
    return { url: new URL(link, collection), ...(digest ? { sha256: `sha256:${digest}` } : {}) };
  }
}

const namesIn = (entries: readonly Json[], key: string): string[] =>
  entries.map((entry) => entry[key]).filter((name): name is string => typeof name === 'string' && name !== '');
