import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Reply, ShellFunction } from '../../transport/transport.ts';
import { encode } from '../../util/bytes.ts';
import { put, readRecords } from '../shell/records.ts';
import { type HttpReply, parseHead } from './http-reply.ts';
import { followsRedirects, type HttpRequest } from './http-request.ts';

/**
 * A request as shell text: it leaves `head` and `err` in the folder kb_web, the body in the file kb_out (`body` there,
 * unless it is set), and kb_tool, kb_code.
 */
export interface HostRequest {
  readonly text: ShellText;
  readonly functions: readonly ShellFunction[];
  /** To be put before whatever else the script reads. */
  readonly stdin: Uint8Array;
}

/**
 * Sends a request from the host by curl, or by wget where there is no curl; kb_tool is empty where there is neither.
 * What a process list must not show (URL, headers, password, body) is read from files that only this user can read,
 * on a memory file system.
 */
export const hostRequest = (request: HttpRequest): HostRequest => {
  const curl = encode(curlConfig(request));
  const wget = encode(wgetConfig(request));
  const body = request.body ?? new Uint8Array();
  return {
    functions: [put, webFunction],
    stdin: Buffer.concat([curl, wget, body]),
    text: joinShell([
      sh`kb_web_begin ${curl.length} ${wget.length} ${body.length}; : "\${kb_out:=$kb_web/body}"`,
      sh`if [ "$kb_tool" = curl ]; then
  curl -q -K "$kb_web/curl" -o "$kb_out" > "$kb_web/meta" 2> "$kb_web/err"; kb_code=$?
elif [ "$kb_tool" = wget ]; then
  WGETRC="$kb_web/wget" wget ${wgetWords(request)} -O "$kb_out" -- ${request.url} > /dev/null 2> "$kb_web/err"; kb_code=$?
  sed -n 's/^  //p' "$kb_web/err" > "$kb_web/head"
elif [ "$kb_tool" = busybox-wget ]; then
  kb_x=; wget --help 2>&1 | grep -q -e '-T SEC' && kb_x=${`-T${request.timeout}`}
  wget $kb_x ${busyboxWords(request)} -S -O "$kb_out" -- ${request.url} > /dev/null 2> "$kb_web/err"; kb_code=$?
  sed -n 's/^  //p' "$kb_web/err" > "$kb_web/head"
fi`,
    ]),
  };
};

/** What became of it, as records; the body last. */
export const tellReply: ShellText = sh`kb_put tool "$kb_tool"; kb_put code "$kb_code"
[ ! -e "$kb_web/meta" ] || kb_put meta "$(cat "$kb_web/meta")"
kb_put head "$(cat "$kb_web/head" 2>/dev/null)"; kb_put err "$(cat "$kb_web/err" 2>/dev/null)"`;

export const tellBody: ShellText = sh`printf content=; cat "$kb_out" 2>/dev/null || :`;

/** Undefined where the host has no program for it. */
export const readReply = (request: HttpRequest, reply: Reply): HttpReply | undefined => {
  const { fields, content } = readRecords(reply);
  const tool = fields.get('tool');
  if (!tool) return undefined;
  const { locations, ...head } = parseHead(encode(fields.get('head') ?? ''));
  const code = Number(fields.get('code'));
  // wget counts an answer that is not 2xx as an error of its own (8); curl answers 0.
  const local = head.status < 0 && code === 0 && /^(file|ftp)/i.test(request.url);
  const answered = head.status >= 0 && (code === 0 || tool !== 'curl');
  const last = fields.get('meta')?.trim();
  return {
    ...head,
    status: local ? 200 : answered ? head.status : -1,
    body: content ?? new Uint8Array(),
    url: last || lastUrl(request.url, followsRedirects(request) ? locations : []),
    redirected: followsRedirects(request) && locations.length > 0,
    error: local || answered ? undefined : errorOf(fields.get('err') ?? '', tool, code),
  };
};

const lastUrl = (url: string, locations: readonly string[]): string =>
  locations.reduce((base, location) => (URL.canParse(location, base) ? new URL(location, base).href : location), url);

const errorOf = (said: string, tool: string, code: number): string => {
  const lines = said
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(--| {2}|HTTP request sent|Connecting to)/.test(line));
  return lines.at(-1)?.trim() ?? `${tool} ended with ${code}`;
};

const webFunction: ShellFunction = {
  name: 'kb_web_begin',
  text: `kb_web_begin() {
  for kb_web in /dev/shm /run "\${XDG_RUNTIME_DIR:-/nonexistent}" /tmp; do
    kb_web=$(mktemp -d "$kb_web/k8s-bm.XXXXXX" 2>/dev/null) && break
  done
  trap 'rm -rf -- "$kb_web" "\${kb_tmp:-$kb_web}"' EXIT; trap 'exit 143' HUP INT TERM
  for kb_x in "curl $1" "wget $2" "send $3"; do
    if [ "\${kb_x#* }" = 0 ]; then : > "$kb_web/\${kb_x% *}"
    else dd bs=65536 iflag=fullblock,count_bytes count="\${kb_x#* }" of="$kb_web/\${kb_x% *}" 2>/dev/null; fi
  done
  sed "s,@KB_WEB@,$kb_web,g" "$kb_web/curl" > "$kb_web/x" && mv "$kb_web/x" "$kb_web/curl"
  kb_tool= kb_code=127
  if command -v curl >/dev/null 2>&1; then kb_tool=curl
  elif wget --version 2>/dev/null | grep -q GNU; then kb_tool=wget
  elif command -v wget >/dev/null 2>&1; then kb_tool=busybox-wget; fi
}`,
};

/** curl's configuration file; `@KB_WEB@` becomes the scratch folder. Keys as in curl's manual. */
const curlConfig = (request: HttpRequest): string => {
  const { method, follow, timeout } = request;
  const hasBody = request.body !== undefined || request.bodyFile !== undefined;
  const rows: (readonly [string, string] | readonly [string])[] = [
    ['url', request.url],
    ['globoff'],
    ['path-as-is'],
    ['silent'],
    ['show-error'],
    ['dump-header', '@KB_WEB@/head'],
    ['write-out', '%{url_effective}'],
    ['connect-timeout', String(timeout)],
    ['speed-limit', '1'],
    ['speed-time', String(timeout)],
    ['user-agent', request.agent],
    ...request.headers.map(([name, value]) => ['header', value === '' ? `${name};` : `${name}: ${value}`] as const),
    ...(hasBody ? [['data-binary', `@${request.bodyFile ?? '@KB_WEB@/send'}`] as const] : []),
    // curl would name a type and ask for permission to send; Ansible does neither.
    ...(hasBody && !request.headers.some(([name]) => /^content-type$/i.test(name))
      ? [['header', 'Content-Type:'] as const]
      : []),
    ...(hasBody ? [['header', 'Expect:'] as const] : []),
    ...(method === 'HEAD' ? [['head'] as const] : []),
    // With --request a redirect keeps the method; without it POST turns into GET, as a browser does.
    ...(method === 'HEAD' || (method === 'GET' && !hasBody) || (method === 'POST' && hasBody && follow !== 'none')
      ? []
      : [['request', method] as const]),
    ...(followsRedirects(request) ? [['location'] as const, ['max-redirs', '10'] as const] : []),
    ...(request.user === undefined ? [] : [['user', `${request.user}:${request.password ?? ''}`] as const]),
    ...(request.user === undefined || request.gssapi ? [] : [[request.basicAuth ? 'basic' : 'anyauth'] as const]),
    ...(request.gssapi ? [['negotiate'] as const] : []),
    ...(request.gssapi && request.user === undefined ? [['user', ':'] as const] : []),
    ...(request.validateCerts ? [] : [['insecure'] as const]),
    ...(request.caPath === undefined ? [] : [['cacert', request.caPath] as const]),
    ...(request.clientCert === undefined ? [] : [['cert', request.clientCert] as const]),
    ...(request.clientKey === undefined ? [] : [['key', request.clientKey] as const]),
    ...(request.unixSocket === undefined ? [] : [['unix-socket', request.unixSocket] as const]),
    ...(request.useProxy ? [] : [['noproxy', '*'] as const]),
    ...(request.useNetrc && request.user === undefined ? [['netrc-optional'] as const] : []),
    ...(request.ciphers.length > 0 ? [['ciphers', request.ciphers.join(':')] as const] : []),
  ];
  return rows.map(([key, value]) => (value === undefined ? `${key}\n` : `${key} = "${escapeCurl(value)}"\n`)).join('');
};

const escapeCurl = (value: string): string =>
  value.replace(
    /[\\"\n\r\t\v]/g,
    (char) => ({ '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' })[char] ?? `\\${char}`,
  );

/** wget's configuration file, for what a process list must not show. */
const wgetConfig = (request: HttpRequest): string =>
  [
    ...request.headers.map(([name, value]) => `header = ${name}: ${value}`),
    ...(request.user === undefined ? [] : [`user = ${request.user}`, `password = ${request.password ?? ''}`]),
    ...(request.user !== undefined && request.basicAuth ? ['auth_no_challenge = on'] : []),
    ...(request.validateCerts ? [] : ['check_certificate = off']),
    ...(request.caPath === undefined ? [] : [`ca_certificate = ${request.caPath}`]),
    ...(request.clientCert === undefined ? [] : [`certificate = ${request.clientCert}`]),
    ...(request.clientKey === undefined ? [] : [`private_key = ${request.clientKey}`]),
    ...(request.useProxy ? [] : ['use_proxy = off']),
    '',
  ].join('\n');

const wgetWords = (request: HttpRequest): (string | ShellText)[] => [
  '--server-response',
  '--content-on-error',
  '--tries=1',
  `--timeout=${request.timeout}`,
  `--max-redirect=${followsRedirects(request) ? 10 : 0}`,
  `--user-agent=${request.agent}`,
  `--method=${request.method}`,
  ...sentFile(request).map((file) => sh`--body-file=${file}`),
];

const busyboxWords = (request: HttpRequest): (string | ShellText)[] => [
  '-U',
  request.agent,
  ...request.headers.flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
  ...sentFile(request).map((file) => sh`--post-file ${file}`),
  ...(request.validateCerts ? [] : ['--no-check-certificate']),
];

const sentFile = (request: HttpRequest): ShellText[] => {
  if (request.bodyFile !== undefined) return [sh`${request.bodyFile}`];
  return request.body === undefined ? [] : [sh`"$kb_web/send"`];
};
