import { randomBytes } from 'node:crypto';
import { basename } from 'node:path/posix';
import type { Value } from '../../template/values.ts';
import { encode } from '../../util/bytes.ts';
import { asText } from '../coerce.ts';
import { ModuleFailure } from '../module.ts';
import { toJson } from './json.ts';

export interface Body {
  readonly bytes: Uint8Array;
  /** For the Content-Type header, where the user gave none. */
  readonly type: string | undefined;
}

/** `body` in the form that `body_format` names; `read` reads a file of the controller for multipart bodies. */
export const makeBody = (body: Value, format: string, read: (path: string) => Uint8Array): Body => {
  switch (format) {
    case 'json':
      return { bytes: encode(typeof body === 'string' ? body : toJson(body)), type: 'application/json' };
    case 'form-urlencoded':
      return {
        bytes: encode(typeof body === 'string' ? body : formEncode(body)),
        type: 'application/x-www-form-urlencoded',
      };
    case 'form-multipart':
      return multipart(body, read);
    default:
      if (body instanceof Map || Array.isArray(body)) return { bytes: encode(toJson(body)), type: undefined };
      return { bytes: encode(asText(body)), type: undefined };
  }
};

const formEncode = (body: Value): string => {
  const pairs: [string, string][] = [];
  const entries =
    body instanceof Map
      ? [...body]
      : Array.isArray(body)
        ? body.map((pair) => (Array.isArray(pair) ? pair : [pair, '']))
        : [];
  for (const [key, value] of entries as [Value, Value][]) {
    for (const item of Array.isArray(value) ? value : [value]) pairs.push([asText(key), asText(item)]);
  }
  return pairs.map(([key, value]) => `${formWord(key)}=${formWord(value)}`).join('&');
};

const formWord = (word: string): string =>
  encodeURIComponent(word)
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** RFC 7578: fields that are text, or maps of `content`, `filename`, `mime_type`, `multipart_encoding`. */
const multipart = (body: Value, read: (path: string) => Uint8Array): Body => {
  if (!(body instanceof Map)) throw new ModuleFailure('body_format form-multipart takes a mapping as body');
  const boundary = `===============${randomBytes(16).toString('hex')}==`;
  const pieces: Uint8Array[] = [];
  for (const [name, field] of body) {
    const get = (key: string): string | undefined => {
      const value = field instanceof Map ? field.get(key) : undefined;
      return value === undefined || value === null ? undefined : asText(value);
    };
    const filename = get('filename');
    const given = field instanceof Map ? get('content') : asText(field);
    if (given === undefined && filename === undefined)
      throw new ModuleFailure(`at least one of filename or content must be provided for the field '${asText(name)}'`);
    const content = given === undefined ? read(filename as string) : encode(given);
    const type = get('mime_type') ?? (filename === undefined ? 'text/plain' : 'application/octet-stream');
    const named = filename === undefined ? '' : `; filename="${headerText(basename(filename))}"`;
    const base64 = get('multipart_encoding') === 'base64';
    pieces.push(
      encode(
        `--${boundary}\r\nContent-Type: ${type}\r\n${base64 ? 'Content-Transfer-Encoding: base64\r\n' : ''}Content-Disposition: form-data; name="${headerText(asText(name))}"${named}\r\n\r\n`,
      ),
      base64 ? encode(Buffer.from(content).toString('base64')) : content,
      encode('\r\n'),
    );
  }
  pieces.push(encode(`--${boundary}--\r\n`));
  return { bytes: Buffer.concat(pieces), type: `multipart/form-data; boundary="${boundary}"` };
};

const headerText = (text: string): string => text.replace(/["\r\n]/g, (char) => encodeURIComponent(char));
