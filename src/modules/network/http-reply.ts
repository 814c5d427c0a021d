import { decode } from '../../util/bytes.ts';

export interface HttpReply {
  /** -1 where no answer came; `error` says why. */
  readonly status: number;
  readonly reason: string;
  /** Names as they came, in order, repeated where they repeat. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** Where redirects led. */
  readonly url: string;
  readonly redirected: boolean;
  readonly error: string | undefined;
}

/**
 * The status and headers of the answer that counts: the last one behind redirects, `100 Continue`, requests for a
 * password and proxies' own. As `curl --dump-header` and `wget --server-response` write them.
 */
export const parseHead = (
  head: Uint8Array,
): Pick<HttpReply, 'status' | 'reason' | 'headers'> & { readonly locations: readonly string[] } => {
  const lines = decode(head)
    .split('\n')
    .map((line) => line.replace(/\r$/, '').trim());
  const starts = lines.flatMap((line, index) => (/^HTTP\/[\d.]+ \d{3}/i.test(line) ? [index] : []));
  const locations: string[] = [];
  let last = { status: -1, reason: '', headers: [] as [string, string][] };
  for (const start of starts) {
    const [, status, reason] = /^HTTP\/[\d.]+ (\d{3}) ?(.*)$/i.exec(lines[start] as string) as unknown as [
      string,
      string,
      string,
    ];
    const headers: [string, string][] = [];
    for (const line of lines.slice(start + 1)) {
      const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(line);
      if (!field) break;
      headers.push([field[1] as string, field[2] as string]);
      if (Number(status) >= 300 && Number(status) < 400 && /^location$/i.test(field[1] as string))
        locations.push(field[2] as string);
    }
    last = { status: Number(status), reason, headers };
  }
  return { ...last, locations };
};

export const headerOf = (reply: HttpReply, name: string): string | undefined => {
  const values = reply.headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
  return values.length > 0 ? values.join(', ') : undefined;
};

/** `OK (12 bytes)`, `HTTP Error 404: Not Found`, `Request failed: …`: what Ansible calls `msg`. */
export const messageOf = (reply: HttpReply): string => {
  if (reply.status < 0) return `Request failed: <urlopen error ${reply.error ?? 'no answer'}>`;
  if (reply.status >= 200 && reply.status < 300) return `OK (${headerOf(reply, 'content-length') ?? 'unknown'} bytes)`;
  return `HTTP Error ${reply.status}: ${reply.reason || (standardReasons[reply.status] ?? '')}`;
};

/** HTTP/2 answers carry no reason; these are RFC 9110's. */
const standardReasons: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
