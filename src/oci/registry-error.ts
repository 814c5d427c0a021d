import { UserError } from '../util/diagnostic.ts';

/** A registry's refusal, or a registry that cannot be reached: in words for a user, with what it said. */
export class RegistryError extends UserError {
  override readonly name = 'RegistryError';
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** The specification's codes: `MANIFEST_UNKNOWN`, `DENIED`, … */
  readonly codes: readonly string[];

  constructor(message: string, status?: number, codes: readonly string[] = [], hint?: string, cause?: unknown) {
    super({ severity: 'error', message, hint }, { cause });
    this.status = status;
    this.codes = codes;
  }
}

/** What an answer outside the expected ones means. `asked` says what was wanted: `manifest v1 of registry/name`. */
export const refusal = (asked: string, status: number, body: string, called = 'registry'): RegistryError => {
  const errors = parseErrors(body);
  const said = plain(errors.map(({ code, message }) => [code, message].filter(Boolean).join(': ')).join('; '));
  const hint =
    status === 401
      ? `log in to this ${called} first, or check the credentials that are set for it`
      : status === 403
        ? 'the account that is used may not do this'
        : undefined;
  return new RegistryError(
    `${asked}: the ${called} answered ${status}${said ? ` (${said})` : ''}`,
    status,
    errors.flatMap(({ code }) => code ?? []),
    hint,
  );
};

/** What a body that broke off means, as the end of a sentence. */
export const brokenWords = (registry: string, cause: unknown): string => {
  const codes = causes(cause);
  const slow = codes.some((code) => code.includes('BODY_TIMEOUT') || code.includes('HEADERS_TIMEOUT'));
  return slow ? `${registry} sends too slowly` : `${registry} broke off while it was sending`;
};

/** A stranger's words in a message: one line, not long, and nothing that a terminal obeys. */
const plain = (text: string): string => {
  const line = text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
};

/** What a failed connection means: which registry, why, and what helps where that is known. */
export const unreachable = (
  registry: string,
  cause: unknown,
  called = 'registry',
  otherwise?: string,
): RegistryError => {
  const codes = causes(cause);
  const found = reasons.find(([code]) => codes.some((c) => c.includes(code)));
  const text = found?.[1] ?? codes.at(-1) ?? 'no connection';
  return new RegistryError(
    `the ${called} ${registry} cannot be reached: ${text}`,
    undefined,
    [],
    found?.[2] ?? otherwise,
    cause,
  );
};

const ca = 'name the file of its CA certificate in the settings, or add the CA to the system';

const proxy = 'write them as HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT';

const reasons: readonly (readonly [code: string, text: string, hint?: string])[] = [
  ['Proxy response (407)', 'the proxy on the way wants a name and a password', proxy],
  ['Proxy Authentication Required', 'the proxy on the way wants a name and a password', proxy],
  ['Proxy response', 'the proxy on the way refuses'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is signed by an unknown authority', ca],
  ['SELF_SIGNED_CERT', 'its certificate is signed by an unknown authority', ca],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its certificate is signed by an unknown authority', ca],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS', 'a registry without TLS must be marked as such'],
  ['EPROTO', 'it does not speak TLS', 'a registry without TLS must be marked as such'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'there is no host of this name'],
  ['EAI_AGAIN', 'its name cannot be looked up now'],
  ['ETIMEDOUT', 'it does not answer'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it does not answer'],
  ['UND_ERR_HEADERS_TIMEOUT', 'it does not answer'],
  ['UND_ERR_BODY_TIMEOUT', 'it sends too slowly'],
  ['UND_ERR_SOCKET', 'it breaks connections off'],
  ['ECONNRESET', 'it breaks connections off'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it'],
];

const causes = (error: unknown): string[] => {
  const found: string[] = [];
  for (let at = error; at instanceof Error && found.length < 8; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    found.push(...(code ? [code] : []), at.message);
    if (at instanceof AggregateError) found.push(...at.errors.flatMap(causes));
  }
  return found;
};

const parseErrors = (body: string): { code: string | undefined; message: string | undefined }[] => {
  try {
    const { errors } = JSON.parse(body) as { errors?: unknown };
    if (!Array.isArray(errors)) return [];
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    return errors.map((error: { code?: unknown; message?: unknown } | null) => ({
      code: text(error?.code),
      message: text(error?.message),
    }));
  } catch {
    return [];
  }
};
