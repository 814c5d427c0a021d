import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../util/diagnostic.ts';
import type { SourceOptions, Wanted } from '../source.ts';
import { authorizationOf, type Network, shownUrl } from './network.ts';

/** Where roles and collections are looked for that name no server. */
export const publicGalaxy = 'https://galaxy.ansible.com';

/** Bytes of one answer, and answers to one question. */
const answerLimit = 16 * 1024 * 1024;
const pageLimit = 100;

/**
 * Galaxy's API as galaxy_ng documents it: `available_versions` says where v1 (roles) and v3 (collections) are; lists come in
 * pages, whose next one stands in `next_link`, `next` or `links.next`. A token is sent to the server's own origin only.
 */
export class GalaxyApi {
  readonly #network: Network;
  readonly #options: SourceOptions;
  readonly #bases = new Map<string, Promise<Readonly<Record<string, URL>>>>();

  constructor(network: Network, options: SourceOptions) {
    this.#network = network;
    this.#options = options;
  }

  /** The address of one version of the API. Throws a UserError where a server has no such version. */
  async base(wanted: Wanted, version: 'v1' | 'v3'): Promise<URL> {
    const server = this.#server(wanted);
    const known = this.#bases.get(server) ?? this.#discover(wanted, server);
    this.#bases.set(server, known);
    const base = (await known)[version];
    if (base) return base;
    const kind = version === 'v1' ? 'roles' : 'collections';
    throw failed(`${server} offers no ${kind}: it has no API ${version}`);
  }

  /** One answer; undefined where there is no such thing. */
  async ask(wanted: Wanted, url: URL): Promise<Json | undefined> {
    const authorization = await this.authorization(wanted, url);
    const request = { authorization, accept: 'application/json', expect: [200, 404] };
    const { answer, http } = await this.#network.get(url, request);
    if (answer.status === 404) return http.drop(answer).then(() => undefined);
    const bytes = await http.read(answer, answerLimit, shownUrl(url));
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8'));
      if (typeof value === 'object' && value !== null) return value as Json;
    } catch {
      // Said below.
    }
    throw failed(`${shownUrl(url)} does not answer as Galaxy's API does`);
  }

  /** All entries of a list, through its pages; undefined where there is no such list. */
  async list(wanted: Wanted, first: URL): Promise<readonly Json[] | undefined> {
    const found: Json[] = [];
    let url: URL | undefined = first;
    const pages = new Set<string>();
    while (url) {
      pages.add(url.href);
      const answer: Json | undefined = await this.ask(wanted, url);
      if (!answer) return pages.size === 1 ? undefined : found;
      const entries = answer.results ?? answer.data;
      if (!Array.isArray(entries)) throw failed(`${shownUrl(url)} does not answer with a list`);
      found.push(...entries.filter((entry): entry is Json => typeof entry === 'object' && entry !== null));
      const next = answer.next_link ?? (answer.links as Json | undefined)?.next ?? answer.next;
      url = typeof next === 'string' && next !== '' && entries.length > 0 ? new URL(next, url) : undefined;
      if (url && (pages.has(url.href) || pages.size >= pageLimit))
        throw failed(`the list of ${shownUrl(first)} comes to no end`);
    }
    return found;
  }

  /** What to send to a URL: nothing but to the server itself. */
  async authorization(wanted: Wanted, url: URL): Promise<string | undefined> {
    const server = this.#server(wanted);
    if (url.origin !== new URL(server).origin) return undefined;
    if (wanted.credentials) return authorizationOf(wanted);
    const token = server === this.#defaultServer() ? await this.#token() : undefined;
    return token && `Token ${token}`;
  }

  #server(wanted: Wanted): string {
    const server = wanted.server ?? this.#defaultServer();
    if (!/^https?:\/\/./i.test(server) || !URL.canParse(server)) throw failed(`${server} is not the URL of a server`);
    return server.replace(/\/+$/, '');
  }

  #defaultServer(): string {
    return (this.#options.environment.ANSIBLE_GALAXY_SERVER || publicGalaxy).replace(/\/+$/, '');
  }

  /** `ansible-galaxy` keeps it in a file of YAML with this one key. */
  async #token(): Promise<string | undefined> {
    const { environment, home } = this.#options;
    const path = environment.ANSIBLE_GALAXY_TOKEN_PATH || join(home, '.ansible', 'galaxy_token');
    const text = await readFile(path, 'utf8').catch(() => '');
    return /^token:\s*['"]?([^'"\s]+)/m.exec(text)?.[1];
  }

  async #discover(wanted: Wanted, server: string): Promise<Readonly<Record<string, URL>>> {
    // With /api/ first, where most have it: the bare address of many is a page for people.
    const places = [`${server}/api/`, `${server}/`].map((place) => new URL(place));
    if (/\/api(\/|$)/.test(new URL(server).pathname)) places.reverse();
    for (const place of places) {
      const answer = await this.ask(wanted, place).catch((error: unknown) => {
        if (place === places.at(-1)) throw error;
        return undefined;
      });
      const versions = answer?.available_versions;
      if (typeof versions !== 'object' || versions === null) continue;
      const paths = Object.entries(versions).filter((one): one is [string, string] => typeof one[1] === 'string');
      return Object.fromEntries(paths.map(([name, path]) => [name, new URL(path.replace(/\/*$/, '/'), place)]));
    }
    throw failed(`${server} is not a Galaxy server: it names no versions of its API`);
  }
}

/** A value of JSON with names, of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

const failed = (message: string): UserError => new UserError({ severity: 'error', message });
