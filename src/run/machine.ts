import type { Identity, Reply, Script } from '../transport/transport.ts';

/** A look that may be sent before its task's turn. */
export interface LookRequest {
  readonly identity: Identity;
  readonly script: Script;
}

/** A reply older than this may no longer be true: other people work on the host too. */
const freshForMs = 10_000;

/**
 * What was seen on one machine ahead of time, whatever names the inventory has for it. A reply is handed out once, and only
 * for the very same script by the same user; anyone's apply throws all of them away. So a task that finds its look here
 * sees what it would have seen by asking at its turn.
 */
export class Machine {
  readonly #clock: () => number;
  readonly #seen = new Map<string, { readonly reply: Reply; readonly at: number }[]>();
  /** Counts applies begun; replies to looks that were sent before the newest one are worthless. */
  #epoch = 0;
  #applying = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  take({ identity, script }: LookRequest): Reply | undefined {
    const key = keyOf(identity, script);
    const replies = this.#seen.get(key);
    const oldest = this.#clock() - freshForMs;
    for (let entry = replies?.shift(); entry; entry = replies?.shift()) if (entry.at >= oldest) return entry.reply;
    this.#seen.delete(key);
    return undefined;
  }

  /** Those of the looks that must still be sent; two tasks that look alike need two replies. */
  missing(requests: readonly LookRequest[]): readonly LookRequest[] {
    const oldest = this.#clock() - freshForMs;
    const held = new Map<string, number>();
    return requests.filter(({ identity, script }) => {
      const key = keyOf(identity, script);
      const left = held.get(key) ?? this.#seen.get(key)?.filter((entry) => entry.at >= oldest).length ?? 0;
      held.set(key, left - 1);
      return left <= 0;
    });
  }

  forget(): void {
    this.#seen.clear();
  }

  /** To be called when looks are sent; the answer stores their replies, if they still hold. */
  beginLooks(requests: readonly LookRequest[]): (replies: readonly Reply[]) => void {
    const [epoch, at, alone] = [this.#epoch, this.#clock(), this.#applying === 0];
    return (replies) => {
      if (alone && epoch === this.#epoch) this.#store(requests, replies, at);
    };
  }

  /** To be called when an apply is sent; looks behind it in the same message see what it did. */
  beginApply(riders: readonly LookRequest[]): (riderReplies: readonly Reply[]) => void {
    this.forget();
    const epoch = ++this.#epoch;
    const alone = this.#applying++ === 0;
    const at = this.#clock();
    return (replies) => {
      this.#applying--;
      this.forget();
      if (alone && epoch === this.#epoch) this.#store(riders, replies, at);
      else this.#epoch++;
    };
  }

  #store(requests: readonly LookRequest[], replies: readonly Reply[], at: number): void {
    for (const [i, { identity, script }] of requests.entries()) {
      const reply = replies[i];
      if (!reply) continue;
      const key = keyOf(identity, script);
      const entries = this.#seen.get(key);
      if (entries) entries.push({ reply, at });
      else this.#seen.set(key, [{ reply, at }]);
    }
  }
}

export const keyOf = (identity: Identity, script: Script): string => {
  const { method, user, exe, flags } = identity;
  const who = method === 'none' ? '' : `${method} ${user ?? ''} ${exe ?? ''} ${flags ?? ''}`;
  const stdin = script.stdin ? Buffer.from(script.stdin).toString('latin1') : '';
  const environment = script.environment ? JSON.stringify(script.environment) : '';
  return `${who}\0${script.timeoutMs ?? ''}\0${environment}\0${stdin}\0${script.text.text}`;
};
