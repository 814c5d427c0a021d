import { type Dispatcher, request } from 'undici';
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
import { readWhole } from './pace.ts';
import { RegistryError, refusal, unreachable } from './registry-error.ts';
import type { RegistryAnswer, RegistryOptions, RegistryRequest } from './registry-request.ts';

/** An answer, and with what the registry was asked. */
export interface Answered extends RegistryAnswer {
  readonly authorization: string | undefined;
}

type Asked = Pick<RegistryRequest, 'scopes' | 'asked'>;

/** Who one registry is told that we are: a header that was given, a password when it asks for one, or tokens by their scopes. */
export class Authorization {
  readonly #registry: string;
  readonly #origin: URL;
  readonly #dispatcher: Dispatcher;
  readonly #options: RegistryOptions;
  readonly #tokens = new Map<string, Token>();
  readonly #tokensUnderWay = new Map<string, Promise<void>>();
  #basic: string | undefined;
  #credentials: Promise<Credentials | undefined> | undefined;
  /** What must not stand in a message, whatever a registry answers with. */
  readonly #secrets = new Set<string>();

  constructor(registry: string, origin: URL, dispatcher: Dispatcher, options: RegistryOptions) {
    this.#registry = registry;
    this.#origin = origin;
    this.#dispatcher = dispatcher;
    this.#options = options;
    this.#basic = options.authorization;
    for (const secret of secretsIn(options.authorization ?? '')) this.#secrets.add(secret);
  }

  /** What is sent with a request that needs these scopes; undefined until the registry has asked who is there. */
  header(scopes: readonly string[] = []): string | undefined {
    const token = this.#tokens.get(scopes.join(' '));
    return token && token.expires > Date.now() ? token.authorization : this.#basic;
  }

  /**
   * Answers a challenge, and gives the refused answer back unread; false where there is nothing to answer with, or the answer was
   * refused just now.
   */
  async answer(answer: Answered, { scopes = [], asked }: Asked): Promise<boolean> {
    // Whoever was redirected to may ask as well, and is told nothing.
    if (answer.url.origin !== this.#origin.origin) return false;
    const known = this.header(scopes);
    // Another request was asked the same meanwhile, and has answered.
    if (known !== undefined && known !== answer.authorization) return answer.body.dump().then(() => true);
    const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.realm);
    if (!bearer && !challenges.some(({ scheme }) => scheme === 'basic')) return false;
    this.#credentials ??= this.#options.credentials?.(this.#registry) ?? Promise.resolve(undefined);
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
      const signal = this.#options.signal;
      const answer = await request(url, { method, headers, body: body ?? null, dispatcher, ...(signal && { signal }) });
      const said = (await readWhole(answer.body, answerLimit, this.#options.pace))?.toString('utf8') ?? '';
      if (answer.statusCode !== 200)
        throw refusal(`${asked}: a token of ${url.host}`, answer.statusCode, this.redact(said), this.#options.called);
      const token = readToken(said);
      if (token) this.#secrets.add(token.authorization.slice('Bearer '.length));
      if (!token) throw new RegistryError(`${asked}: ${url.host} answered without a token`);
      return token;
    } catch (error) {
      throw error instanceof RegistryError || this.#options.signal?.aborted ? error : unreachable(url.host, error);
    }
  }

  /** A registry that answers with what it was sent must not make a message of it. */
  redact(said: string): string {
    let text = said;
    for (const secret of this.#secrets) text = text.replaceAll(secret, '********');
    return text;
  }
}

/** Bytes of a token, and of what is said instead of one. */
const answerLimit = 1024 * 1024;
