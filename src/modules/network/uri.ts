import { joinShell } from '../../transport/shell/quote.ts';
import { type Guard, type GuardFound, guardLook, whyNot } from '../commands/creates.ts';
import { attributeOptions, readAttributes } from '../files/attributes.ts';
import { type Apply, defineModule, ModuleFailure, type Result } from '../module.ts';
import { flag, list, result, text } from '../read.ts';
import { type Destination, placeBody } from './destination.ts';
import { controllerRequest } from './http-controller.ts';
import { hostRequest, readReply, tellBody, tellReply } from './http-host.ts';
import type { HttpReply } from './http-reply.ts';
import { type HttpRequest, httpOptions, requestOf, withHeader } from './http-request.ts';
import { makeBody } from './uri-body.ts';
import { uriResult } from './uri-result.ts';

interface Wanted {
  readonly request: HttpRequest;
  readonly statusCodes: readonly number[];
  readonly returnContent: boolean;
  readonly dest: Destination | undefined;
  readonly guard: Guard;
}

/** Talks to web services, from the host. Behaviour and return values after the documentation of ansible.builtin.uri. */
export const uri = defineModule<Wanted, GuardFound>({
  name: 'uri',
  summary: 'Sends an HTTP request from the host and tells the answer',
  observes: 'world',
  options: {
    ...httpOptions,
    ...attributeOptions,
    method: { description: 'The HTTP method.', type: 'str', default: 'GET' },
    body: { description: 'What is sent.', type: 'raw' },
    body_format: {
      description: 'How a body that is not text is written.',
      type: 'str',
      choices: ['form-urlencoded', 'json', 'raw', 'form-multipart'],
      default: 'raw',
    },
    src: { description: 'A file that is sent.', type: 'path' },
    remote_src: { description: 'Whether `src` is on the host.', type: 'bool', default: false },
    dest: { description: 'A file or directory for the answer.', type: 'path' },
    return_content: { description: 'Whether `content` is always told.', type: 'bool', default: false },
    status_code: {
      description: 'The answers that count as success.',
      type: 'list',
      elements: 'int',
      default: [200],
    },
    follow_redirects: {
      description: 'Which redirects are followed; `safe`: those of GET and HEAD.',
      type: 'str',
      choices: ['all', 'no', 'none', 'safe', 'urllib2', 'yes'],
      default: 'safe',
    },
    creates: { description: 'A path; where it exists nothing is done.', type: 'path' },
    removes: { description: 'A path; where it does not exist nothing is done.', type: 'path' },
    unix_socket: { description: "A socket of the host instead of the URL's address.", type: 'path' },
  },
  constraints: { mutuallyExclusive: [['body', 'src']] },
  prepare: (args, context) => {
    const method = (text(args, 'method') ?? 'GET').toUpperCase();
    if (!/^[A-Z]+$/.test(method))
      throw new ModuleFailure("Parameter 'method' needs to be a single word in uppercase, like GET or POST.");
    const follow = text(args, 'follow_redirects') ?? 'safe';
    const src = text(args, 'src');
    const read = (path: string): Uint8Array => context.readFile(context.findFile('files', path));
    const given = args.get('body');
    const made =
      given === undefined || given === null ? undefined : makeBody(given, text(args, 'body_format') ?? 'raw', read);
    const base: HttpRequest = {
      ...requestOf(args, { timeout: 30 }),
      method,
      follow:
        follow === 'safe' || follow === 'urllib2' ? 'safe' : follow === 'all' || follow === 'yes' ? 'all' : 'none',
      body: made?.bytes ?? (src !== undefined && !flag(args, 'remote_src') ? read(src) : undefined),
      bodyFile: flag(args, 'remote_src') ? src : undefined,
    };
    const typed = made?.type === undefined ? base : withHeader(base, 'Content-Type', made.type);
    const dest = text(args, 'dest');
    return {
      request: flag(args, 'force') ? withHeader(typed, 'Cache-Control', 'no-cache') : typed,
      statusCodes: list(args, 'status_code').map(Number),
      returnContent: flag(args, 'return_content'),
      dest: dest === undefined ? undefined : { path: dest, attributes: readAttributes(args), backup: false },
      guard: { creates: text(args, 'creates'), removes: text(args, 'removes'), chdir: undefined },
    };
  },
  look: (wanted) => guardLook(wanted.guard, null),
  plan: (wanted, found) => {
    const reason = whyNot(wanted.guard, found);
    if (reason !== undefined) {
      const skipped = result({ changed: false, msg: `skipped, ${reason}`, stdout: `skipped, ${reason}` });
      return { outcome: 'skip', changes: [], result: skipped };
    }
    return { outcome: 'act', changes: [], result: result({ changed: false }) };
  },
  apply: (wanted) => fromHost(wanted),
});

const fromHost = (wanted: Wanted): Apply => {
  const { request } = wanted;
  const sent = hostRequest(request);
  const started = performance.now();
  const finish = (reply: HttpReply): Result | Apply => {
    const seconds = (performance.now() - started) / 1000;
    const { dest, ...expected } = wanted;
    if (dest === undefined || !wanted.statusCodes.includes(reply.status))
      return uriResult(reply, { ...expected, seconds, written: undefined });
    return placeBody(dest, request.url, reply.body, (written) => uriResult(reply, { ...expected, seconds, written }));
  };
  return {
    script: {
      functions: sent.functions,
      environment: { LC_ALL: 'C' },
      stdin: sent.stdin,
      text: joinShell([sent.text, tellReply, tellBody]),
    },
    finish: async (reply) => finish(readReply(request, reply) ?? (await controllerRequest(request))),
  };
};
