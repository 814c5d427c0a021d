import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { UserError } from '../util/diagnostic.ts';

/** `sha256:` and 64 hexadecimal digits (image specification 1.1, "Digests"). Other algorithms are read, never made. */
export type Digest = `${string}:${string}`;

const forms: Readonly<Record<string, RegExp>> = { sha256: /^[a-f0-9]{64}$/, sha512: /^[a-f0-9]{128}$/ };

export const digestOf = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Whether a text is a digest whose algorithm can be checked here. Anything else must never become part of a path. */
export const isDigest = (text: string): text is Digest => {
  const [algorithm = '', hex = '', ...rest] = text.split(':');
  return rest.length === 0 && (Object.hasOwn(forms, algorithm) ? (forms[algorithm] as RegExp).test(hex) : false);
};

/** What was received is not what was asked for; nothing of it may be used. */
export class DigestMismatch extends UserError {
  override readonly name = 'DigestMismatch';

  constructor(message: string) {
    super({ severity: 'error', message });
  }
}

/** Throws a DigestMismatch unless the bytes have this digest. */
export const checkDigest = (bytes: Uint8Array, digest: Digest, what: string): void => {
  const found = `${algorithmOf(digest)}:${createHash(algorithmOf(digest)).update(bytes).digest('hex')}`;
  if (found !== digest) throw new DigestMismatch(`${what}: expected ${digest}, received ${found}`);
};

/**
 * Passes bytes on, and ends with a DigestMismatch instead of an end of stream where they are not the ones promised: a
 * reader that waits for the end never takes damaged content for whole. Stops as soon as there are more than promised.
 * `from` is who sent them, for the message.
 */
export const verifying = (
  { digest, size }: { readonly digest: Digest; readonly size: number },
  from: string,
): Transform => {
  const hash = createHash(algorithmOf(digest));
  let received = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      received += chunk.length;
      if (received > size)
        return done(new DigestMismatch(`${digest} of ${from}: received more than the ${size} bytes promised`));
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const found = `${algorithmOf(digest)}:${hash.digest('hex')}`;
      if (found === digest && received === size) return done();
      done(new DigestMismatch(`${digest} of ${from}: received ${found}, ${received} of ${size} bytes`));
    },
  });
};

const algorithmOf = (digest: Digest): string => digest.slice(0, digest.indexOf(':'));
