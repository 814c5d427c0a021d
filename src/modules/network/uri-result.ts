import { gunzipSync } from 'node:zlib';
import type { Dict, Value } from '../../template/values.ts';
import { decode } from '../../util/bytes.ts';
import { ModuleFailure, type Result } from '../module.ts';
import { result } from '../read.ts';
import { type HttpReply, headerOf, messageOf } from './http-reply.ts';
import { parseJson } from './json.ts';

export interface UriExpected {
  readonly statusCodes: readonly number[];
  readonly returnContent: boolean;
  readonly seconds: number;
  /** Where the body was written, and whether that changed the file. */
  readonly written: { readonly path: string; readonly changed: boolean } | undefined;
}

/** What `uri` registers, as its documentation lists it; throws ModuleFailure with the same fields where the status is not expected. */
export const uriResult = (reply: HttpReply, expected: UriExpected): Result => {
  const fields = result({
    redirected: reply.redirected,
    url: reply.url,
    status: reply.status,
    elapsed: Math.floor(expected.seconds),
    changed: expected.written?.changed ?? false,
  });
  for (const [name] of reply.headers) {
    const value = headerOf(reply, name.toLowerCase()) as string;
    const absolute =
      /^location$/i.test(name) && URL.canParse(value, reply.url) ? new URL(value, reply.url).href : value;
    fields.set(name.toLowerCase().replaceAll('-', '_'), absolute);
  }
  if (reply.status >= 200 && reply.status < 300) {
    const cookies = cookiesOf(reply);
    fields.set('cookies', cookies);
    fields.set('cookies_string', [...cookies].map(([key, value]) => `${String(key)}=${String(value)}`).join('; '));
  }
  if (expected.written) fields.set('path', expected.written.path);
  const good = expected.statusCodes.includes(reply.status);
  const body = contentOf(reply);
  const text = expected.written && body.length === 0 ? undefined : decode(body);
  if (text !== undefined && expected.returnContent) fields.set('content', text);
  if (text !== undefined && isJson(reply) && (good || expected.returnContent)) {
    try {
      fields.set('json', parseJson(text));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const message = messageOf(reply);
  if (good) return new Map([...fields, ['msg', message]]);
  throw new ModuleFailure(`Status code was ${reply.status} and not [${expected.statusCodes.join(', ')}]: ${message}`, [
    ...fields,
  ] as [string, Value][]);
};

const contentOf = (reply: HttpReply): Uint8Array => {
  if (!/gzip/i.test(headerOf(reply, 'content-encoding') ?? '')) return reply.body;
  try {
    return gunzipSync(reply.body);
  } catch {
    return reply.body;
  }
};

const isJson = (reply: HttpReply): boolean => {
  const [type, subtype] = (headerOf(reply, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase().split('/') ?? [];
  if (type === undefined || subtype === undefined) return false;
  return /(^|[+.-])(json|javascript)$/.test(subtype);
};

const cookiesOf = (reply: HttpReply): Dict => {
  const cookies: Dict = new Map();
  for (const [name, value] of reply.headers) {
    if (name.toLowerCase() !== 'set-cookie') continue;
    const pair = /^\s*([^=;]+)=([^;]*)/.exec(value);
    if (pair) cookies.set((pair[1] as string).trim(), (pair[2] as string).trim());
  }
  return cookies;
};
