/** A line of ours in the output of a host: what kind, which script, and numbers. */
export interface Mark {
  readonly kind: string;
  readonly rest: string;
}

/**
 * Finds the marks in a stream of bytes and hands on what stands between them. A mark is the nonce, a blank, a capital or
 * small letter and at most a hundred more bytes up to a newline; the nonce followed by anything else is output.
 */
export class MarkScanner {
  readonly #nonce: Buffer;
  readonly #onBytes: (bytes: Uint8Array) => void;
  readonly #onMark: (mark: Mark) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(nonce: string, onBytes: (bytes: Uint8Array) => void, onMark: (mark: Mark) => void) {
    this.#nonce = Buffer.from(`${nonce} `, 'latin1');
    this.#onBytes = onBytes;
    this.#onMark = onMark;
  }

  push(bytes: Uint8Array): void {
    let data =
      this.#held.length > 0
        ? Buffer.concat([this.#held, bytes])
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#held = Buffer.alloc(0);
    let from = 0;
    for (;;) {
      const at = data.indexOf(this.#nonce, from);
      if (at < 0) break;
      const end = data.indexOf(10, at);
      const length = (end < 0 ? data.length : end) - at - this.#nonce.length;
      if (length > 110) from = at + 1;
      else if (end < 0) {
        this.#keep(data, at);
        return;
      } else {
        const line = data.toString('latin1', at + this.#nonce.length, end);
        const mark = /^([A-Za-z])(?: (.*?))?\r?$/.exec(line);
        if (!mark) from = at + 1;
        else {
          if (at > 0) this.#onBytes(data.subarray(0, at));
          this.#onMark({ kind: mark[1] as string, rest: mark[2] ?? '' });
          data = data.subarray(end + 1);
          from = 0;
        }
      }
    }
    this.#keep(data, data.length - this.#prefixAtEnd(data));
  }

  /** Hands on what stands before `at`, and holds the rest until more comes. */
  #keep(data: Buffer, at: number): void {
    if (at > 0) this.#onBytes(data.subarray(0, at));
    this.#held = Buffer.from(data.subarray(at));
  }

  /** How many of the last bytes may be the beginning of a nonce. */
  #prefixAtEnd(data: Buffer): number {
    for (let length = Math.min(this.#nonce.length - 1, data.length); length > 0; length--)
      if (data.subarray(data.length - length).equals(this.#nonce.subarray(0, length))) return length;
    return 0;
  }
}
