import { connect } from 'node:tls';
import { basic, type Credentials } from '../../oci/authentication.ts';
import { dockerCredentials } from '../../oci/docker-config.ts';
import { RegistryClient } from '../../oci/registry-client.ts';
import { RegistryHttp } from '../../oci/registry-http.ts';
import type { RegistryAnswer, RegistryOptions } from '../../oci/registry-request.ts';
import { trustedAuthorities } from '../../oci/trust.ts';
import type { SourceOptions, Wanted } from '../source.ts';

/** The registries and servers that sources talk to: one of each, with this machine's trust, proxies and credentials. */
export class Network {
  readonly #options: SourceOptions;
  readonly #registries = new Map<string, Promise<RegistryClient>>();
  readonly #servers = new Map<string, Promise<RegistryHttp>>();

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** An OCI registry by host and port. On loopback it may be one without TLS, as `docker-registry` is by itself. */
  registry(host: string): Promise<RegistryClient> {
    return remembered(this.#registries, host, async () => {
      const plainHttp = isLoopback(host) && !(await speaksTls(host));
      const credentials = dockerCredentials(this.#options);
      return new RegistryClient(host, { ...(await this.#common(host)), plainHttp, credentials });
    });
  }

  /** Throws where a registry does not take these credentials. */
  async checkCredentials(host: string, credentials: Credentials): Promise<void> {
    const plainHttp = isLoopback(host) && !(await speaksTls(host));
    const options = { ...(await this.#common(host)), plainHttp, credentials: async () => credentials };
    const client = new RegistryClient(host, options);
    try {
      await client.ping();
    } finally {
      await client.close();
    }
  }

  /** Asks a web server; `authorization` goes to the URL's own origin only. Redirects are followed, but never to less TLS. */
  async get(
    url: URL,
    { authorization, accept, expect = [200] }: WebRequest,
    asked = shownUrl(url),
  ): Promise<{ readonly answer: RegistryAnswer; readonly http: RegistryHttp }> {
    const plainHttp = url.protocol === 'http:';
    const http = await remembered(this.#servers, `${url.origin} ${authorization ?? ''}`, async () => {
      const common = await this.#common(url.host);
      return new RegistryHttp(url.host, { ...common, plainHttp, authorization, called: 'server' });
    });
    const headers = accept ? { accept } : {};
    return { answer: await http.send({ method: 'GET', url, asked, headers, expect }), http };
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    const all = [...this.#registries.values(), ...this.#servers.values()];
    await Promise.all(all.map((one) => one.then((each) => each.close()).catch(() => {})));
  }

  async #common(host: string): Promise<RegistryOptions> {
    const { environment, home, signal } = this.#options;
    const of = (name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? '';
    return {
      ca: await trustedAuthorities(host, environment, home),
      proxy: { http: of('HTTP_PROXY'), https: of('HTTPS_PROXY'), none: of('NO_PROXY') },
      signal,
    };
  }
}

export interface WebRequest {
  /** The header's value. */
  readonly authorization?: string | undefined;
  readonly accept?: string | undefined;
  /** Statuses that are answers; 200 unless told otherwise. */
  readonly expect?: readonly number[];
}

/** The Authorization header of a name and a password that a URL carried. */
export const authorizationOf = ({ credentials }: Pick<Wanted, 'credentials'>): string | undefined =>
  credentials && basic(credentials);

/** A URL in a message: without name and password, and without its query, which may be a signature. */
export const shownUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

const remembered = <T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
};

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);

/** Whether TLS is what answers there; a server that does not answer at all is left to the request itself to tell of. */
const speaksTls = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(`https://${host}`);
    // Nothing is sent over this connection, so nothing depends on who is at its other end.
    const options = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443), rejectUnauthorized: false };
    const socket = connect(options);
    const end = (tls: boolean): void => {
      socket.destroy();
      resolve(tls);
    };
    // Long, since a machine with much else to do is no server that is silent.
    socket.setTimeout(20_000, () => end(true));
    socket.once('secureConnect', () => end(true));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(/^E[A-Z]+$/.test(error.code ?? '') && error.code !== 'EPROTO' && error.code !== 'ECONNRESET'),
    );
  });
