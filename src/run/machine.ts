import type { Identity, Reply, Script } from '../transport/transport.ts';

/** A look that may be sent before its task's turn. */
export interface LookRequest {
  readonly identity: Identity;
  readonly script: Script;
  /** Of a later play, or behind a task of others: what they change until then may change what it sees. */
  readonly beyond?: boolean | undefined;
}

/** Counts what was changed on any machine of the run. */
export interface Applies {
  count: number;
}

interface Seen {
  readonly reply: Reply;
  readonly at: number;
  /** Of a look that others' changes may concern: how many applies there had been. */
  readonly applies: number | undefined;
}

/**
 * A reply that came longer ago than this may no longer be true: other people work on the host too. Counted from when it came, since
 * what stands before it in the message, an apply or a slow look, may take long, and would have to be waited for again.
 */
const freshForMs = 10_000;

/**
 * What was seen on one machine ahead of time, whatever names the inventory has for it. A reply is handed out once, and only
 * for the very same script by the same user; anyone's apply throws all of them away, and one on another machine those that it may
 * concern. So a task that finds its look here sees what it would have seen by asking at its turn.
 */
export class Machine {
  readonly #clock: () => number;
  readonly #applies: Applies;
  readonly #seen = new Map<string, Seen[]>();
  /** Counts applies begun; replies to looks that were sent before the newest one are worthless. */
  #epoch = 0;
  #applying = 0;

  constructor(clock: () => number, applies: Applies = { count: 0 }) {
    this.#clock = clock;
    this.#applies = applies;
  }

  take({ identity, script }: LookRequest): Reply | undefined {
    const key = keyOf(identity, script);
    const replies = this.#seen.get(key);
    for (let entry = replies?.shift(); entry; entry = replies?.shift()) if (this.#holds(entry)) return entry.reply;
    this.#seen.delete(key);
    return undefined;
  }

  /** Those of the looks that must still be sent; two tasks that look alike need two replies. */
  missing(requests: readonly LookRequest[]): readonly LookRequest[] {
    const held = new Map<string, number>();
    return requests.filter(({ identity, script }) => {
      const key = keyOf(identity, script);
      const left = held.get(key) ?? this.#seen.get(key)?.filter((entry) => this.#holds(entry)).length ?? 0;
      held.set(key, left - 1);
      return left <= 0;
    });
  }

  forget(): void {
    this.#seen.clear();
  }

  /** To be called when looks are sent; the answer stores their replies, if they still hold. */
  beginLooks(requests: readonly LookRequest[]): (replies: readonly (Reply | undefined)[]) => void {
    const [epoch, alone, applies] = [this.#epoch, this.#applying === 0, this.#applies.count];
    return (replies) => {
      if (alone && epoch === this.#epoch) this.#store(requests, replies, applies);
    };
  }

  /** To be called when an apply is sent; looks behind it in the same message see what it did. */
  beginApply(riders: readonly LookRequest[]): (riderReplies: readonly Reply[]) => void {
    this.forget();
    const epoch = ++this.#epoch;
    this.#applies.count++;
    const alone = this.#applying++ === 0;
    return (replies) => {
      this.#applying--;
      this.forget();
      if (alone && epoch === this.#epoch) this.#store(riders, replies, this.#applies.count);
      else this.#epoch++;
    };
  }

  #holds({ at, applies }: Seen): boolean {
    return at >= this.#clock() - freshForMs && (applies === undefined || applies === this.#applies.count);
  }

  #store(requests: readonly LookRequest[], replies: readonly (Reply | undefined)[], applies: number): void {
    const at = this.#clock();
    for (const [i, { identity, script, beyond }] of requests.entries()) {
      const reply = replies[i];
      if (!reply) continue;
      const key = keyOf(identity, script);
      const entries = this.#seen.get(key);
      const seen = { reply, at, applies: beyond ? applies : undefined };
      if (entries) entries.push(seen);
      else this.#seen.set(key, [seen]);
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
