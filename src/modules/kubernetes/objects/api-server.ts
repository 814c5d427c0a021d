import { type ShellText, sh } from '../../../transport/shell/quote.ts';
import { decode } from '../../../util/bytes.ts';
import type { Arguments, Option } from '../../module.ts';
import { text } from '../../read.ts';

/** An API server and who asks it: a URL, and paths on the host. */
export interface ApiServer {
  readonly url: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Options by which a module asks the server itself, named as those of `kubernetes.core`. */
export const apiServerOptions: Readonly<Record<string, Option>> = {
  host: {
    type: 'str',
    description:
      "The API server's URL. With it and the three files, and curl on the host, looks ask the server itself: a kubectl costs a host ten times as much.",
  },
  ca_cert: { type: 'path', aliases: ['ssl_ca_cert'], description: "The authority of the server's certificate." },
  client_cert: { type: 'path', aliases: ['cert_file'], description: 'The certificate of who asks.' },
  client_key: { type: 'path', aliases: ['key_file'], description: 'Its key.' },
};

/** Undefined unless all of them are given. */
export const readApiServer = (args: Arguments): ApiServer | undefined => {
  const [url, authority, certificate, key] = ['host', 'ca_cert', 'client_cert', 'client_key'].map((name) =>
    text(args, name),
  );
  return url && authority && certificate && key ? { url, authority, certificate, key } : undefined;
};

export interface ApiRequest {
  readonly path: string;
  /** The media type wanted; JSON when absent. */
  readonly accept?: string;
  /** A server-side apply of this; absent: GET. */
  readonly apply?: unknown;
}

export interface ApiAnswer {
  /** HTTP's. */
  readonly code: number;
  readonly body: unknown;
}

/** Asks all requests over one connection; what it prints is for `readAnswers`. Ends with an error where nobody answers. */
export const askServer = (server: ApiServer, requests: readonly ApiRequest[]): ShellText =>
  sh`printf %s ${requests.map((request) => configOf(server, request)).join('next\n')} | curl -q -sS --fail-early -K -`;

/**
 * curl's configuration for one transfer, whole, since `next` sets all of it back (curl(1)). The answer's code stands alone in
 * the line behind it. 60 s are as long as the server itself gives a request.
 */
const configOf = ({ url, authority, certificate, key }: ApiServer, { path, accept, apply }: ApiRequest): string => {
  // Who calls himself curl gets JSON for people to read, in many lines.
  const asked = `${url}${path}${path.includes('?') ? '&' : '?'}pretty=false`;
  const settings = [
    ...[
      ['url', asked],
      ['write-out', '\n=%{http_code}\n'],
      ['noproxy', '*'],
      ['connect-timeout', '5'],
      ['max-time', '60'],
    ],
    ...[
      ['cacert', authority],
      ['cert', certificate],
      ['key', key],
    ],
    ...(accept === undefined ? [] : [['header', `Accept: ${accept}`]]),
    ...(apply === undefined
      ? []
      : [
          ['request', 'PATCH'],
          ['header', 'Content-Type: application/apply-patch+yaml'],
          ['data-binary', JSON.stringify(apply)],
        ]),
  ] as const;
  return `globoff\n${settings.map(([name = '', value = '']) => `${name} = ${inQuotes(value)}\n`).join('')}`;
};

const inQuotes = (value: string): string =>
  `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** What `askServer` printed, in the order of the requests. */
export const readAnswers = (output: Uint8Array): ApiAnswer[] => {
  const lines = decode(output).split('\n');
  const answers: ApiAnswer[] = [];
  let body = '';
  for (const line of lines) {
    const [, code] = /^=(\d{3})$/.exec(line) ?? [];
    if (code === undefined) body += line;
    else {
      answers.push({ code: Number(code), body: body === '' ? undefined : JSON.parse(body) });
      body = '';
    }
  }
  return answers;
};
