import type { Value } from '../../template/values.ts';
import type { ShellFunction } from '../../transport/transport.ts';
import { decode } from '../../util/bytes.ts';
import { ModuleFailure } from '../module.ts';

/**
 * How scripts answer: `key=value` ended by a NUL, any number of them, keys may repeat. A record `content=` comes last
 * and is not ended: all bytes behind it are its value. Nothing a host can name holds a NUL, so nothing needs quoting.
 */
export interface Records {
  readonly fields: ReadonlyMap<string, string>;
  readonly all: readonly (readonly [string, string])[];
  readonly content: Uint8Array | undefined;
}

/** `kb_put KEY VALUE` writes one record. */
export const put: ShellFunction = { name: 'kb_put', text: `kb_put() { printf '%s=%s\\0' "$1" "$2"; }` };

/** `kb_fail WHY` ends the script; `readRecords` throws WHY. */
export const fail: ShellFunction = {
  name: 'kb_fail',
  text: `kb_fail() { printf 'error=%s\\0' "$*"; exit 1; }`,
};

const contentKey = Buffer.from('content=');

/** Throws ModuleFailure where the script said `kb_fail`, or ended with an error without saying why; `about` joins the result. */
export const readRecords = (
  reply: { readonly code: number; readonly stdout: Uint8Array; readonly stderr: Uint8Array },
  about: readonly (readonly [string, Value])[] = [],
): Records => {
  const records = parseRecords(reply.stdout);
  const error = records.fields.get('error');
  const stderr = decode(reply.stderr).trim();
  if (error !== undefined) throw new ModuleFailure(error, [...about, ...(stderr ? [['stderr', stderr] as const] : [])]);
  if (reply.code !== 0)
    throw new ModuleFailure(stderr || `the script on the host ended with ${reply.code}`, [
      ...about,
      ['rc', reply.code],
    ]);
  return records;
};

export const parseRecords = (stdout: Uint8Array): Records => {
  const bytes = Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength);
  const all: [string, string][] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.subarray(at, at + contentKey.length).equals(contentKey))
      return { fields: new Map(all), all, content: bytes.subarray(at + contentKey.length) };
    const nul = bytes.indexOf(0, at);
    const end = nul < 0 ? bytes.length : nul;
    const equals = bytes.indexOf(0x3d, at);
    if (equals >= 0 && equals < end)
      all.push([decode(bytes.subarray(at, equals)), decode(bytes.subarray(equals + 1, end))]);
    at = end + 1;
  }
  return { fields: new Map(all), all, content: undefined };
};
