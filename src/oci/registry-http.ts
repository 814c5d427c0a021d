import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { UserError } from '../util/diagnostic.ts';
import {
  basic,
  type Challenge,
  type Credentials,
  parseChallenges,
  readToken,
  secretsIn,
  secretsOf,
  type Token,
  tokenRequest,
} from './authentication.ts';
import { type Pace, patience, readWhole, steady } from './pace.ts';
import { brokenWords, RegistryError, refusal, unreachable } from './registry-error.ts';
import { contextOf } from './trust.ts';

export interface RegistryOptions {
  /** The only CA certificates that are trusted, in PEM; those of Node.js unless told otherwise. */
  readonly ca?: string | undefined;
  /** Without TLS; never chosen by itself. */
  readonly plainHttp?: boolean | undefined;
  /** What it is called in messages; a registry unless told otherwise. */
  readonly called?: 'registry' | 'server' | undefined;
  /** An Authorization header that is sent without being asked for, and like any other to this origin only. */
  readonly authorization?: string | undefined;
  /** Asked once per registry, and only when it wants to know. */
  readonly credentials?: ((registry: string) => Promise<Credentials | undefined>) | undefined;
  /** Instead of HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment; empty texts mean none. */
  readonly proxy?: { readonly http: string; readonly https: string; readonly none: string } | undefined;
  /** How often a request that failed on its way is tried again; 3 unless told otherwise. */
  readonly retries?: number | undefined;
  /** Milliseconds for a connection to come about; 10 s unless told otherwise. */
  readonly connectTimeout?: number | undefined;
  /** How slowly it may send; `patience` unless told otherwise. */
  readonly pace?: Pace | undefined;
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** A path below the registry, or a whole URL that the registry gave. */
  readonly url: string | URL;
  /** What is wanted, for messages. */
  readonly asked: string;
  readonly scopes?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Made anew for each try. */
  readonly body?: (() => Dispatcher.DispatchOptions['body'] | Promise<Dispatcher.DispatchOptions['body']>) | undefined;
  /** Statuses that are answers; any other throws. */
  readonly expect: readonly number[];
}

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Dispatcher.ResponseData['body'];
  /** Where the answer came from in the end: relative Locations are relative to it. */
  readonly url: URL;
}

/**
 * One registry over HTTP: trust, proxies, tokens, redirects and second tries. What the registry refuses becomes a
 * RegistryError. Authorization goes to the registry's own origin only, never where it redirects to.
 */
export class RegistryHttp {
  readonly registry: string;
  readonly #origin: URL;
  readonly #options: RegistryOptions;
  readonly #dispatcher: Dispatcher;
  readonly #tokens = new Map<string, Token>();
  readonly #tokensUnderWay = new Map<string, Promise<void>>();
  #basic: string | undefined;
  #credentials: Promise<Credentials | undefined> | undefined;
  /** What must not stand in a message, whatever a registry answers with. */
  readonly #secrets = new Set<string>();

  constructor(registry: string, options: RegistryOptions = {}) {
    this.registry = registry;
    this.#options = options;
    this.#basic = options.authorization;
    for (const secret of secretsIn(options.authorization ?? '')) this.#secrets.add(secret);
    this.#origin = new URL(`${options.plainHttp ? 'http' : 'https'}://${apiHost(registry)}`);
    const trust = options.ca === undefined ? {} : { secureContext: contextOf(options.ca) };
    this.#dispatcher = new EnvHttpProxyAgent({
      connect: { ...trust, timeout: options.connectTimeout ?? 10_000 },
      bodyTimeout: (options.pace ?? patience).idleTimeout,
      connections: connectionLimit,
      // What has no TLS is asked of the proxy as a whole: many proxies let nobody through to ports but that of HTTPS.
      proxyTunnel: false,
      requestTls: trust,
      proxyTls: trust,
      ...(options.proxy
        ? { httpProxy: options.proxy.http, httpsProxy: options.proxy.https, noProxy: options.proxy.none }
        : {}),
    });
  }

  async send(wanted: RegistryRequest): Promise<RegistryAnswer> {
    const first = await this.#attempt(wanted);
    const answer = first.status === 401 && (await this.#authorize(first, wanted)) ? await this.#attempt(wanted) : first;
    if (wanted.expect.includes(answer.status)) return answer;
    throw this.#refusal(wanted.asked, answer.status, await this.#text(answer));
  }

  /** A whole answer in memory. Throws where it is longer than `limit` bytes. */
  async read(answer: RegistryAnswer, limit: number, asked: string): Promise<Buffer> {
    const bytes = await readWhole(answer.body, limit, this.#options.pace).catch((error: unknown) => {
      throw this.broken(asked, error);
    });
    if (!bytes) throw new RegistryError(`${asked}: ${answer.url.host} sends more than the ${limit} bytes that it may`);
    return bytes;
  }

  /** An answer's bytes as they come, no slower than is bearable. */
  steady(answer: RegistryAnswer): AsyncGenerator<Buffer> {
    return steady(answer.body, this.#options.pace);
  }

  /** Gives an answer back unread. */
  async drop({ body }: RegistryAnswer): Promise<void> {
    await body.dump();
  }

  /** The error for a body that broke off; one that has words already is returned as it is. */
  broken(asked: string, error: unknown): unknown {
    if (error instanceof UserError || this.#options.signal?.aborted) return error;
    return new RegistryError(`${asked}: ${brokenWords(this.registry, error)}`, undefined, [], undefined, error);
  }

  async close(): Promise<void> {
    await this.#dispatcher.close();
  }

  /** One request with its redirects, tried again where the way was at fault and not the request. */
  async #attempt(wanted: RegistryRequest): Promise<Answered> {
    const retries = this.#options.retries ?? 3;
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.#follow(wanted);
        // A 500 to what was sent may come after it was kept; to a question it does no harm to ask again.
        const passing = [429, 502, 503, 504, ...(['GET', 'HEAD'].includes(wanted.method) ? [500] : [])];
        if (attempt >= retries || !passing.includes(answer.status)) return answer;
        await this.drop(answer);
        await delay(waitBefore(attempt, answer.headers['retry-after']), undefined, this.#abort);
      } catch (error) {
        if (error instanceof RegistryError || this.#options.signal?.aborted) throw error;
        if (attempt >= retries || !isPassing(error))
          throw unreachable(this.registry, error, this.#options.called, this.#throughProxy);
        await delay(waitBefore(attempt), undefined, this.#abort);
      }
    }
  }

  async #follow(wanted: RegistryRequest): Promise<Answered> {
    let url = new URL(wanted.url, this.#origin);
    for (let hops = 0; hops < 6; hops++) {
      const body = await wanted.body?.();
      const authorization = url.origin === this.#origin.origin ? this.#authorization(wanted.scopes) : undefined;
      const answer = await request(url, {
        method: wanted.method,
        dispatcher: this.#dispatcher,
        ...this.#abort,
        // An answer to what was sent may need a registry's time to check it; a question is answered at once or not.
        headersTimeout: (this.#options.pace ?? patience).idleTimeout * (body === undefined ? 1 : 10),
        headers: { 'user-agent': 'k8s-bm', ...wanted.headers, ...(authorization ? { authorization } : {}) },
        ...(body !== undefined ? { body } : {}),
      });
      const headers = single(answer.headers);
      if (![301, 302, 303, 307, 308].includes(answer.statusCode) || !headers.location)
        return { status: answer.statusCode, headers, body: answer.body, url, authorization };
      await answer.body.dump();
      const next = new URL(headers.location, url);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw new RegistryError(`${wanted.asked}: ${this.registry} redirects to ${next.origin}, which has no TLS`);
      url = next;
    }
    throw new RegistryError(`${wanted.asked}: ${this.registry} redirects in a circle`);
  }

  #authorization(scopes: readonly string[] = []): string | undefined {
    const token = this.#tokens.get(scopes.join(' '));
    return token && token.expires > Date.now() ? token.authorization : this.#basic;
  }

  /** Answers a challenge; false where there is nothing to answer with, or the answer was refused just now. */
  async #authorize(answer: Answered, { scopes = [], asked }: RegistryRequest): Promise<boolean> {
    // Whoever was redirected to may ask as well, and is told nothing.
    if (answer.url.origin !== this.#origin.origin) return false;
    const known = this.#authorization(scopes);
    // Another request was asked the same meanwhile, and has answered.
    if (known !== undefined && known !== answer.authorization) return answer.body.dump().then(() => true);
    const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.realm);
    if (!bearer && !challenges.some(({ scheme }) => scheme === 'basic')) return false;
    this.#credentials ??= this.#options.credentials?.(this.registry) ?? Promise.resolve(undefined);
    const credentials = await this.#credentials;
    for (const secret of credentials ? secretsOf(credentials) : []) this.#secrets.add(secret);
    if (bearer) {
      await answer.body.dump();
      await this.#renewToken(bearer, scopes, credentials, asked);
      return true;
    }
    if (!credentials || 'identityToken' in credentials || answer.authorization === basic(credentials)) return false;
    await answer.body.dump();
    this.#basic = basic(credentials);
    return true;
  }

  /** One token for all requests that need the same just now. */
  async #renewToken(
    challenge: Challenge,
    scopes: readonly string[],
    credentials: Credentials | undefined,
    asked: string,
  ): Promise<void> {
    const key = scopes.join(' ');
    const renewing =
      this.#tokensUnderWay.get(key) ??
      this.#token(challenge, scopes, credentials, asked)
        .then((token) => void this.#tokens.set(key, token))
        .finally(() => this.#tokensUnderWay.delete(key));
    this.#tokensUnderWay.set(key, renewing);
    await renewing;
  }

  async #token(
    challenge: Challenge,
    scopes: readonly string[],
    credentials: Credentials | undefined,
    asked: string,
  ): Promise<Token> {
    // The challenge's own scope counts where a request knows none (a ping); else what the request needs.
    const needed = scopes.length > 0 ? scopes : [challenge.parameters.scope ?? ''].filter(Boolean);
    const { url, method, headers, body } = tokenRequest(challenge, needed, credentials);
    if (credentials && this.#origin.protocol === 'https:' && url.protocol !== 'https:')
      throw new RegistryError(`${asked}: the registry wants the password sent to ${url.origin}, which has no TLS`);
    try {
      const dispatcher = this.#dispatcher;
      const answer = await request(url, { method, headers, body: body ?? null, dispatcher, ...this.#abort });
      const said = (await readWhole(answer.body, answerLimit, this.#options.pace))?.toString('utf8') ?? '';
      if (answer.statusCode !== 200) throw this.#refusal(`${asked}: a token of ${url.host}`, answer.statusCode, said);
      const token = readToken(said);
      if (token) this.#secrets.add(token.authorization.slice('Bearer '.length));
      if (!token) throw new RegistryError(`${asked}: ${url.host} answered without a token`);
      return token;
    } catch (error) {
      throw error instanceof RegistryError || this.#options.signal?.aborted ? error : unreachable(url.host, error);
    }
  }

  /** Which proxy may be at fault; its own password is nobody's to read. */
  get #throughProxy(): string | undefined {
    const scheme = this.#origin.protocol === 'https:' ? 'https' : 'http';
    const proxy = this.#options.proxy?.[scheme];
    if (!proxy || !URL.canParse(proxy)) return undefined;
    const { protocol, host } = new URL(proxy);
    return `${scheme.toUpperCase()}_PROXY is ${protocol}//${host}: NO_PROXY=${this.registry} would go without it`;
  }

  get #abort(): { readonly signal?: AbortSignal } {
    return this.#options.signal ? { signal: this.#options.signal } : {};
  }

  async #text({ body }: RegistryAnswer): Promise<string> {
    const bytes = await readWhole(body, answerLimit, this.#options.pace).catch(() => undefined);
    return bytes?.toString('utf8') ?? '';
  }

  /** A registry that answers with what it was sent must not make a message of it. */
  #refusal(asked: string, status: number, body: string): RegistryError {
    let said = body;
    for (const secret of this.#secrets) said = said.replaceAll(secret, '********');
    return refusal(asked, status, said, this.#options.called);
  }
}

/** An answer, and with what the registry was asked. */
interface Answered extends RegistryAnswer {
  readonly authorization: string | undefined;
}

/** To one host at once: each costs a handshake of its own, and many registries let nobody have more. */
const connectionLimit = 12;

/** Bytes of a token, and of what a registry says about a refusal. */
const answerLimit = 1024 * 1024;

/** Docker Hub's name is not the host that serves it. */
const apiHost = (registry: string): string => (registry === 'docker.io' ? 'registry-1.docker.io' : registry);

const single = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );

/** Milliseconds; a registry's own Retry-After counts up to a minute. */
const waitBefore = (attempt: number, retryAfter?: string): number => {
  const asked = Number(retryAfter) * 1000;
  return asked > 0 ? Math.min(asked, 60_000) : 250 * 2 ** attempt;
};

const isPassing = (error: unknown): boolean => {
  const { code, cause } = error as NodeJS.ErrnoException;
  return (
    [
      'ECONNRESET',
      'EPIPE',
      'ETIMEDOUT',
      'EAI_AGAIN',
      'UND_ERR_SOCKET',
      'UND_ERR_HEADERS_TIMEOUT',
      'UND_ERR_BODY_TIMEOUT',
    ].includes(code ?? '') ||
    (cause !== undefined && isPassing(cause))
  );
};
