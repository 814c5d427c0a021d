import { joinShell, sh } from '../../transport/shell/quote.ts';
import type { Reply } from '../../transport/transport.ts';
import { decode } from '../../util/bytes.ts';
import { applyAttributes, attributeOptions, readAttributes } from '../files/attributes.ts';
import { type Apply, type Change, defineModule, ModuleFailure, type Plan, type Result } from '../module.ts';
import { flag, needed, result, text } from '../read.ts';
import { readRecords } from '../shell/records.ts';
import { readStat } from '../shell/stat.ts';
import { digestFromList, readChecksum, type WantedChecksum } from './checksum-option.ts';
import {
  type Destination,
  type DestinationFound,
  destinationAttributes,
  destinationFunctions,
  destinationLook,
  destinationPath,
  fileFields,
  parseDestination,
  placeTemp,
  tellFile,
} from './destination.ts';
import { controllerRequest } from './http-controller.ts';
import { hostRequest, readReply, tellBody, tellReply } from './http-host.ts';
import { type HttpReply, messageOf } from './http-reply.ts';
import { type HttpRequest, httpOptions, requestOf, withHeader } from './http-request.ts';

interface Wanted {
  readonly request: HttpRequest;
  readonly dest: Destination;
  readonly checksum: WantedChecksum | undefined;
  readonly force: boolean;
}

/** Downloads to hosts. Behaviour and return values after the documentation of ansible.builtin.get_url. */
export const get_url = defineModule<Wanted, DestinationFound>({
  name: 'get_url',
  summary: 'Downloads a file to the host',
  options: {
    ...httpOptions,
    ...attributeOptions,
    dest: { description: 'A path on the host; in a directory the URL gives the name.', type: 'path', required: true },
    checksum: { description: '`sha256:<digest>`, or `sha256:<URL of a list>`.', type: 'str', default: '' },
    backup: { description: 'Keeps a copy of what is replaced.', type: 'bool', default: false },
    tmp_dest: { description: 'Accepted; the download goes beside its target, where a rename is safe.', type: 'path' },
    unredirected_headers: {
      description: 'Accepted; curl keeps passwords from other hosts.',
      type: 'list',
      elements: 'str',
    },
  },
  prepare: (args) => {
    const base = requestOf(args, { timeout: 10 });
    const force = flag(args, 'force');
    return {
      request: force ? withHeader(base, 'Cache-Control', 'no-cache') : base,
      dest: { path: needed(args, 'dest'), attributes: readAttributes(args), backup: flag(args, 'backup') },
      checksum: readChecksum(text(args, 'checksum')),
      force,
    };
  },
  look: (wanted) => ({
    script: {
      text: destinationLook(wanted.dest, wanted.request.url, wanted.checksum?.algorithm),
      functions: destinationFunctions,
    },
    parse: (reply) => parseDestination(wanted.dest, reply),
  }),
  plan: (wanted, found, context) => planDownload(wanted, found as DestinationFound, context.checkMode),
  apply: (wanted, found) =>
    wanted.checksum?.url === undefined
      ? applyDownload(wanted, found as DestinationFound, wanted.checksum?.digest)
      : fetchList(wanted, found as DestinationFound, wanted.checksum.url),
});

const planDownload = (wanted: Wanted, found: DestinationFound, checkMode: boolean): Plan => {
  const { url } = wanted.request;
  const attributes = destinationAttributes(wanted.dest, found);
  const fields = { url, dest: found.path };
  const download: Change = { what: found.path, before: found.stat ? 'another' : null, after: url };
  const matches = wanted.checksum?.digest !== undefined && wanted.checksum.digest === found.digest;
  const makesTrue = [{ kind: 'file' as const, name: found.path, state: { state: 'file' } }];
  if (found.stat !== undefined && matches && !wanted.force) {
    const changes = attributes.changes.map((change) => ({ ...change, what: `${found.path} ${change.what}` }));
    const told = result({
      ...fields,
      changed: changes.length > 0,
      msg: 'file already exists',
      ...Object.fromEntries(fileFields(found.path, found.stat)),
    });
    return { outcome: changes.length > 0 ? 'change' : 'nothing', changes, result: told, makesTrue };
  }
  // Whether the server has something newer, or its list another digest, only asking it tells.
  const asks =
    found.stat !== undefined && (wanted.checksum === undefined || wanted.checksum.url !== undefined || wanted.force);
  if (asks)
    return {
      outcome: checkMode ? 'nothing' : 'act',
      changes: [],
      result: result({ ...fields, changed: false }),
      makesTrue,
    };
  return { outcome: 'change', changes: [download], result: result({ ...fields, changed: true }), makesTrue };
};

/** The list of digests first; then the file, unless the digest says that it is there already. */
const fetchList = (wanted: Wanted, found: DestinationFound, url: string): Apply => {
  const request = { ...wanted.request, url };
  const sent = hostRequest(request);
  const use = (reply: HttpReply): Apply => {
    if (reply.status !== 200)
      throw new ModuleFailure(`Unable to download checksum file ${url}: ${messageOf(reply)}`, [['url', url]]);
    return applyDownload(
      wanted,
      found,
      digestFromList(decode(reply.body), wanted.request.url, wanted.checksum as WantedChecksum),
    );
  };
  return {
    script: { functions: sent.functions, stdin: sent.stdin, text: joinShell([sent.text, tellReply, tellBody]) },
    finish: async (reply) => use(readReply(request, reply) ?? (await controllerRequest(request))),
  };
};

const applyDownload = (wanted: Wanted, found: DestinationFound, digest: string | undefined): Apply => {
  const { dest } = wanted;
  const there = found.stat !== undefined && !found.isDirectory;
  const known = digest !== undefined && digest === found.digest && !wanted.force;
  const attributes = destinationAttributes(dest, found);
  if (known) {
    return {
      script: {
        functions: destinationFunctions,
        text: joinShell([
          destinationPath(dest, wanted.request.url),
          applyAttributes(attributes, sh`"$kb_dest"`),
          tellFile,
        ]),
      },
      finish: (reply) => told(wanted, reply, attributes.changes.length > 0, 'file already exists'),
    };
  }
  const conditional = there && !wanted.force && digest === undefined;
  const since = new Date(Math.floor(Number(found.stat?.mtime ?? 0)) * 1000).toUTCString();
  const request = conditional ? withHeader(wanted.request, 'If-Modified-Since', since) : wanted.request;
  const sent = hostRequest(request);
  const started = performance.now();
  const seconds = (): number => Math.floor((performance.now() - started) / 1000);
  const verify = digest === undefined ? sh`:` : verifyText(wanted, digest);
  return {
    script: {
      functions: [...destinationFunctions, ...sent.functions],
      environment: { LC_ALL: 'C' },
      stdin: sent.stdin,
      text: joinShell([
        destinationPath(dest, request.url),
        sh`kb_open "$kb_dest"; kb_out=$kb_tmp`,
        sent.text,
        tellReply,
        sh`kb_status=$(sed -n 's/^ *HTTP[^ ]* \\([0-9][0-9][0-9]\\).*/\\1/p' "$kb_web/head" 2>/dev/null | tail -n 1)
case $kb_tool:$kb_code:\${kb_status:-200} in ?*:0:200) ;; *) exit 0 ;; esac`,
        verify,
        placeTemp(dest, attributes),
        sh`trap - EXIT; rm -rf -- "$kb_web"`,
        tellFile,
      ]),
    },
    finish: async (reply) => {
      const answer = readReply(request, reply);
      if (answer !== undefined) return finishDownload(wanted, found, answer, reply, seconds());
      const own = await controllerRequest(request);
      if (own.status !== 200) return finishDownload(wanted, found, own, reply, seconds());
      return fromController(wanted, found, own, verify, seconds());
    },
  };
};

const fromController = (
  wanted: Wanted,
  found: DestinationFound,
  answer: HttpReply,
  verify: ReturnType<typeof verifyText>,
  seconds: number,
): Apply => {
  const attributes = destinationAttributes(wanted.dest, found);
  return {
    script: {
      functions: destinationFunctions,
      stdin: answer.body,
      text: joinShell([
        destinationPath(wanted.dest, wanted.request.url),
        sh`kb_open "$kb_dest"; kb_take ${answer.body.length}`,
        verify,
        placeTemp(wanted.dest, attributes),
        tellFile,
      ]),
    },
    finish: (reply) => finishDownload(wanted, found, answer, reply, seconds),
  };
};

const finishDownload = (
  wanted: Wanted,
  found: DestinationFound,
  answer: HttpReply,
  reply: Reply,
  seconds: number,
): Result => {
  const { url } = wanted.request;
  if (answer.status === 304)
    return result({
      changed: false,
      url,
      dest: found.path,
      msg: messageOf(answer),
      status_code: 304,
      elapsed: seconds,
      ...Object.fromEntries(fileFields(found.path, found.stat)),
    });
  if (answer.status !== 200)
    throw new ModuleFailure('Request failed', [
      ['url', url],
      ['dest', found.path],
      ['status_code', answer.status],
      ['response', messageOf(answer)],
      ['elapsed', seconds],
    ]);
  const { fields } = readRecords(reply);
  const changed =
    fields.get('new') !== fields.get('old') || destinationAttributes(wanted.dest, found).changes.length > 0;
  return told(wanted, reply, changed, messageOf(answer), { status_code: answer.status, elapsed: seconds });
};

const told = (
  wanted: Wanted,
  reply: Reply,
  changed: boolean,
  msg: string,
  more: Readonly<Record<string, number>> = {},
): Result => {
  const records = readRecords(reply);
  const { fields } = records;
  return result({
    changed,
    msg,
    url: wanted.request.url,
    ...more,
    checksum_src: fields.get('new') || undefined,
    checksum_dest: fields.get('new') ? fields.get('old') || null : undefined,
    src: fields.get('tmp'),
    md5sum: fields.get('md5'),
    backup_file: fields.get('kept'),
    ...Object.fromEntries(fileFields(fields.get('dest') ?? wanted.dest.path, readStat(records))),
  });
};

const verifyText = (wanted: Wanted, digest: string) => {
  const { algorithm } = wanted.checksum as WantedChecksum;
  return sh`kb_x=$(kb_sum ${algorithm} "$kb_tmp")
[ "$kb_x" = ${digest} ] || kb_fail "The checksum for $kb_dest did not match" ${digest}"; it was $kb_x."`;
};
