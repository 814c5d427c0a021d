/** How a registry asks who is there (distribution specification: token authentication; RFC 9110 §11.6.1). */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A name and a password, or the identity token that credential helpers give under the name `<token>`. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** Reads a WWW-Authenticate header; several challenges may stand in one, and commas inside quotes part nothing. */
export const parseChallenges = (header: string): Challenge[] => {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const part =
    /\s*,?\s*(?:([A-Za-z][\w-]*)(?=\s+[\w-]+\s*=|\s*(?:,|$))(?!\s*=)\s*)?(?:([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/y;
  while (part.lastIndex < header.length) {
    const match = part.exec(header);
    if (!match?.[0]) break;
    const [, scheme, key, quoted, bare] = match;
    if (scheme) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
    const last = challenges.at(-1);
    if (key && last) last.parameters[key.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
  }
  return challenges;
};

export const basic = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** What is sent for a token: GET with the scopes, or POST where there is an identity token to be exchanged. */
export interface TokenRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export const tokenRequest = (
  { parameters }: Challenge,
  scopes: readonly string[],
  credentials: Credentials | undefined,
): TokenRequest => {
  const url = new URL(parameters.realm ?? '');
  if (credentials && 'identityToken' in credentials) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: credentials.identityToken,
      client_id: 'k8s-bm',
      ...(parameters.service ? { service: parameters.service } : {}),
      scope: scopes.join(' '),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { url, method: 'POST', headers, body: form.toString() };
  }
  if (parameters.service) url.searchParams.set('service', parameters.service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  return { url, method: 'GET', headers: credentials ? { authorization: basic(credentials) } : {} };
};

export interface Token {
  readonly authorization: string;
  /** Milliseconds since 1970; a registry that names no time means 60 s. */
  readonly expires: number;
}

/** Reads a token service's answer; undefined where it holds no token. */
export const readToken = (body: string, now = Date.now()): Token | undefined => {
  let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown } | null;
  try {
    answer = JSON.parse(body) as typeof answer;
  } catch {
    return undefined;
  }
  const token = answer?.token || answer?.access_token;
  if (typeof token !== 'string') return undefined;
  const seconds = typeof answer?.expires_in === 'number' && answer.expires_in >= 60 ? answer.expires_in : 60;
  // Asked for anew a little early: a long upload must not begin with a token that ends on the way.
  return { authorization: `Bearer ${token}`, expires: now + (seconds - 10) * 1000 };
};

/** Every form in which credentials are sent, and so could come back. */
export const secretsOf = (credentials: Credentials): string[] =>
  'identityToken' in credentials
    ? [credentials.identityToken, encodeURIComponent(credentials.identityToken)]
    : [basic(credentials).slice('Basic '.length), credentials.password, encodeURIComponent(credentials.password)];

/** What an Authorization header could come back as. The name as well: services have tokens written in its place. */
export const secretsIn = (authorization: string): string[] => {
  const [scheme = '', value = ''] = authorization.split(' ');
  const [name = '', ...password] =
    scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString('utf8').split(':') : [];
  const parts = [value, name, password.join(':')].filter((part) => part.length > 2);
  return parts.flatMap((part) => [part, encodeURIComponent(part)]);
};
