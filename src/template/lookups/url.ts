import { spawnSync } from 'node:child_process';
import { decode } from '../../util/bytes.ts';
import { plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { splitLines } from '../python/string-search.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** Templates are evaluated synchronously, so another process of this program asks and prints what it is answered. */
const client = `
let request = '';
for await (const chunk of process.stdin) request += chunk;
const { url, headers, timeout } = JSON.parse(request);
const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeout) });
if (!answer.ok) throw new Error(answer.status + ' ' + answer.statusText);
process.stdout.write(Buffer.from(await answer.arrayBuffer()));
`;

/** What a web server answers: its lines as items, or with `split_lines=false` the whole. */
export const url = plugin(
  'validate_certs=True, split_lines=True, use_proxy=True, username=None, password=None, headers=None, force=False, timeout=10, http_agent=None, force_basic_auth=False, follow_redirects=None, ca_path=None, use_gssapi=False, use_netrc=True, unix_socket=None, unredirected_headers=None, ciphers=None',
  (context, terms, validate, split, _proxy, username, password, headers, _force, timeout, agent) => {
    const sent: Record<string, string> = {};
    if (isMapping(headers)) for (const [key, value] of entriesOf(headers)) sent[toText(key)] = toText(value);
    if (agent !== null) sent['User-Agent'] = toText(agent);
    if (username !== null) {
      const login = `${toText(username)}:${password === null ? '' : toText(password)}`;
      sent.Authorization = `Basic ${Buffer.from(login).toString('base64')}`;
    }
    return (terms as Value[]).flatMap((term) => {
      const request = { url: toText(term), headers: sent, timeout: Number(toText(timeout)) * 1000 };
      const env = {
        ...context.surroundings.environment,
        ...(truthy(validate) ? {} : { NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
      };
      const result = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', client], {
        env,
        input: JSON.stringify(request),
        maxBuffer: 1 << 28,
      });
      if (result.status !== 0) {
        const reason = /Error: (.*)/.exec(decode(result.stderr))?.[1] ?? decode(result.stderr).trim();
        throw new TemplateError(`'${request.url}' could not be fetched: ${reason}`);
      }
      const text = decode(result.stdout);
      return truthy(split) ? splitLines(text, false) : [text];
    });
  },
  { impure: true },
);
