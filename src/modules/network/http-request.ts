import { asText } from '../coerce.ts';
import type { Arguments, OptionTable } from '../module.ts';
import { dict, flag, number, text } from '../read.ts';

/** One request as `uri` and `get_url` make it, whatever program sends it. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
  /** A file of the host that is sent instead. */
  readonly bodyFile: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Sends the password at once instead of when the server asks. */
  readonly basicAuth: boolean;
  /** Seconds until the connection stands, and in which something must come. */
  readonly timeout: number;
  readonly validateCerts: boolean;
  readonly caPath: string | undefined;
  readonly clientCert: string | undefined;
  readonly clientKey: string | undefined;
  /** `safe`: for GET and HEAD. */
  readonly follow: 'none' | 'safe' | 'all';
  readonly useProxy: boolean;
  readonly useNetrc: boolean;
  readonly gssapi: boolean;
  readonly unixSocket: string | undefined;
  readonly agent: string;
  readonly ciphers: readonly string[];
}

/** The options that both modules have. */
export const httpOptions: OptionTable = {
  url: { description: 'Where to; http, https, ftp or file.', type: 'str', required: true },
  headers: { description: 'Headers of the request.', type: 'dict', default: new Map() },
  http_agent: { description: 'The User-Agent header.', type: 'str', default: 'ansible-httpget' },
  timeout: { description: 'Seconds to wait for an answer.', type: 'int' },
  validate_certs: { description: "Whether the server's certificate is checked.", type: 'bool', default: true },
  url_username: { description: 'The user, for a server that asks.', type: 'str', aliases: ['username', 'user'] },
  url_password: { description: 'The password.', type: 'str', noLog: true, aliases: ['password'] },
  force_basic_auth: { description: 'Sends user and password at once.', type: 'bool', default: false },
  client_cert: { description: "The client's certificate, a PEM file on the host.", type: 'path' },
  client_key: { description: 'Its key, where the certificate file does not hold it.', type: 'path' },
  ca_path: { description: 'Certificates to trust, a PEM file on the host.', type: 'path' },
  ciphers: { description: 'TLS ciphers, by OpenSSL names.', type: 'list', elements: 'str' },
  use_proxy: { description: "Whether the host's proxy settings count.", type: 'bool', default: true },
  use_gssapi: { description: 'Kerberos authentication.', type: 'bool', default: false },
  use_netrc: { description: "Whether the user's .netrc counts.", type: 'bool', default: true },
  decompress: { description: 'Unpacks compressed answers.', type: 'bool', default: true },
  force: { description: 'Asks caches for the newest; replaces a file that is there.', type: 'bool', default: false },
};

export const requestOf = (args: Arguments, fallback: { readonly timeout: number }): HttpRequest => ({
  url: text(args, 'url') ?? '',
  method: 'GET',
  headers: [...dict(args, 'headers')].map(([name, value]) => [asText(name), asText(value)] as const),
  body: undefined,
  bodyFile: undefined,
  user: text(args, 'url_username'),
  password: text(args, 'url_password'),
  basicAuth: flag(args, 'force_basic_auth'),
  timeout: number(args, 'timeout') ?? fallback.timeout,
  validateCerts: args.get('validate_certs') !== false,
  caPath: text(args, 'ca_path'),
  clientCert: text(args, 'client_cert'),
  clientKey: text(args, 'client_key'),
  follow: 'all',
  useProxy: args.get('use_proxy') !== false,
  useNetrc: args.get('use_netrc') !== false,
  gssapi: flag(args, 'use_gssapi'),
  unixSocket: text(args, 'unix_socket'),
  agent: text(args, 'http_agent') ?? 'ansible-httpget',
  ciphers: (args.get('ciphers') as string[] | undefined) ?? [],
});

export const hasHeader = (request: HttpRequest, name: string): boolean =>
  request.headers.some(([each]) => each.toLowerCase() === name);

export const withHeader = (request: HttpRequest, name: string, value: string): HttpRequest =>
  hasHeader(request, name.toLowerCase()) ? request : { ...request, headers: [...request.headers, [name, value]] };

export const followsRedirects = ({ follow, method }: HttpRequest): boolean =>
  follow === 'all' || (follow === 'safe' && (method === 'GET' || method === 'HEAD'));
