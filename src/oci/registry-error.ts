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
export const refusal = (asked: string, status: number, body: string): RegistryError => {
  const errors = parseErrors(body);
  const said = errors.map(({ code, message }) => [code, message].filter(Boolean).join(': ')).join('; ');
  const hint =
    status === 401
      ? 'log in to this registry first, or check the credentials that are set for it'
      : status === 403
        ? 'the account that is used may not do this'
        : undefined;
  return new RegistryError(
    `${asked}: the registry answered ${status}${said ? ` (${said})` : ''}`,
    status,
    errors.flatMap(({ code }) => code ?? []),
    hint,
  );
};

/** What a failed connection means: which registry, why, and what helps where that is known. */
export const unreachable = (registry: string, cause: unknown): RegistryError => {
  const codes = causes(cause);
  const found = reasons.find(([code]) => codes.some((c) => c.includes(code)));
  const text = found?.[1] ?? codes.at(-1) ?? 'no connection';
  return new RegistryError(`the registry ${registry} cannot be reached: ${text}`, undefined, [], found?.[2], cause);
};

const ca = 'name the file of its CA certificate in the settings, or add the CA to the system';

const reasons: readonly (readonly [code: string, text: string, hint?: string])[] = [
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

const parseErrors = (body: string): { code?: string; message?: string }[] => {
  try {
    const { errors } = JSON.parse(body) as { errors?: unknown };
    return Array.isArray(errors) ? errors : [];
  } catch {
    return [];
  }
};
