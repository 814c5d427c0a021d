import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { UserError } from '../util/diagnostic.ts';
import { type Answered, Authorization } from './authorization.ts';
import { patience, readWhole, steady } from './pace.ts';
import { brokenWords, RegistryError, refusal, unreachable } from './registry-error.ts';
import type { RegistryAnswer, RegistryOptions, RegistryRequest } from './registry-request.ts';
import { contextOf } from './trust.ts';

/**
 * One registry over HTTP: trust, proxies, tokens, redirects and second tries. What the registry refuses becomes a
 * RegistryError. Authorization goes to the registry's own origin only, never where it redirects to.
 */
export class RegistryHttp {
  readonly registry: string;
  readonly #origin: URL;
  readonly #options: RegistryOptions;
  readonly #dispatcher: Dispatcher;
  readonly #authorization: Authorization;

  constructor(registry: string, options: RegistryOptions = {}) {
    this.registry = registry;
    this.#options = options;
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
    this.#authorization = new Authorization(registry, this.#origin, this.#dispatcher, options);
  }

  async send(wanted: RegistryRequest): Promise<RegistryAnswer> {
    const first = await this.#attempt(wanted);
    const again = first.status === 401 && (await this.#authorization.answer(first, wanted));
    const answer = again ? await this.#attempt(wanted) : first;
    if (wanted.expect.includes(answer.status)) return answer;
    const said = this.#authorization.redact(await this.#text(answer));
    throw refusal(wanted.asked, answer.status, said, this.#options.called);
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
      const authorization = url.origin === this.#origin.origin ? this.#authorization.header(wanted.scopes) : undefined;
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
}

/** To one host at once: each costs a handshake of its own, and many registries let nobody have more. */
const connectionLimit = 12;

/** Bytes of what a registry says about a refusal. */
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
