/** A peer that sends so little that nobody would wait for it. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
  /** As undici calls a body that has stopped. */
  readonly code = 'UND_ERR_BODY_TIMEOUT';
}

export interface Pace {
  /** Milliseconds of waiting after which something must have come. */
  readonly idleTimeout: number;
  /** Bytes that must have come in that time. */
  readonly leastBytes: number;
}

/** Half a minute of silence, or of less than a modem sends in a second. */
export const patience: Pace = { idleTimeout: 30_000, leastBytes: 4096 };

/**
 * Passes a body on, and ends with TooSlow where it drips: where less than `leastBytes` came in `idleTimeout` milliseconds of
 * waiting. Only the peer's time counts, not the reader's.
 */
export async function* steady(
  body: AsyncIterable<Buffer>,
  { idleTimeout, leastBytes }: Pace = patience,
): AsyncGenerator<Buffer> {
  let waited = 0;
  let received = 0;
  let asked = performance.now();
  for await (const part of body) {
    waited += performance.now() - asked;
    received += part.length;
    if (waited >= idleTimeout) {
      if (received < leastBytes) throw new TooSlow(`only ${received} bytes came in ${Math.round(waited)} ms`);
      waited = 0;
      received = 0;
    }
    yield part;
    asked = performance.now();
  }
}

/** A whole body in memory; undefined where it is longer than `limit` bytes, and the rest is not read then. */
export const readWhole = async (
  body: AsyncIterable<Buffer>,
  limit: number,
  pace: Pace = patience,
): Promise<Buffer | undefined> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of steady(body, pace)) {
    size += part.length;
    if (size > limit) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
};
