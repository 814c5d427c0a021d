import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets at most `limit` through at once, each a little later than the one before: sshd begins to drop connections that
 * have not logged in yet at 10 (MaxStartups 10:30:100), and a jump host is dialled for every host behind it.
 */
export class DialLimit {
  readonly #limit: number;
  readonly #jitterMs: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(limit: number, jitterMs: number) {
    this.#limit = limit;
    this.#jitterMs = jitterMs;
  }

  async run<T>(dial: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#inside >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inside++;
    try {
      signal?.throwIfAborted();
      const crowd = (this.#inside - 1) / this.#limit;
      if (crowd > 0 && this.#jitterMs > 0) await sleep(Math.random() * this.#jitterMs * crowd);
      return await dial();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inside--;
    }
  }
}
