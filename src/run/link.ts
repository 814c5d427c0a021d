import type { Connection, Identity, RemoteShell, Reply, Script, Target } from '../transport/transport.ts';
import type { Limit } from './limit.ts';
import type { LookRequest, Machine } from './machine.ts';

export interface LinkOptions {
  readonly dial: (target: Target) => Promise<Connection>;
  /** What was seen on the machine at the end of a connection, whatever names lead there. */
  readonly machineOf: (endpoint: string) => Machine;
  /** How many hosts work at once. */
  readonly limit: Limit;
  readonly signal: AbortSignal;
  readonly clock: () => number;
}

/** What looks behind an apply may cost, in milliseconds: the next apply makes those that are not used by then worthless. */
const riderBudgetMs = 100;
const fewestRiders = 8;

/** The looks that come next, at most so many. */
export type Ahead = (most: number) => readonly LookRequest[];

/** The way to one target, with what was seen there ahead of time. Redials after a connection was lost. */
export class Link {
  readonly target: Target;
  readonly #options: LinkOptions;
  #connecting: Promise<Connection> | undefined;
  #connection: Connection | undefined;
  #machine: Machine | undefined;
  #shells = new Set<RemoteShell>();
  /** What a look took in the last message of looks, its share of the way there and back included. */
  #lookMs = 1;
  #prefetched: Promise<void> | undefined;
  #past: { readonly messages: number; readonly dials: number } = { messages: 0, dials: 0 };

  constructor(target: Target, options: LinkOptions) {
    this.target = target;
    this.#options = options;
  }

  /** The reply to a look that was sent ahead, where there is one that still holds. */
  take(request: LookRequest): Reply | undefined {
    return this.#connection ? this.#machine?.take(request) : undefined;
  }

  /** Sends a look now; `ahead` is asked for others to send along once the way is open. */
  look(request: LookRequest, ahead: Ahead, signal: AbortSignal): Promise<Reply> {
    return this.#options.limit.run(async () => {
      const { connection, machine } = await this.#open();
      const others = machine.missing(ahead(Number.POSITIVE_INFINITY));
      const [reply] = await this.#lookAt(connection, machine, [request], others, signal);
      return reply as Reply;
    });
  }

  /**
   * Sends looks of what comes next on behalf of a host that has nothing else to do. Never fails: whoever needs one of them
   * and does not find it here asks again.
   */
  prefetch(requests: readonly LookRequest[], signal: AbortSignal): void {
    const [connection, machine] = [this.#connection, this.#machine];
    const missing = machine?.missing(requests) ?? [];
    if (!connection || !machine || this.#prefetched || missing.length === 0) return;
    this.#prefetched = this.#options.limit
      .run(() => this.#lookAt(connection, machine, [], missing, signal))
      .then(ignore, ignore)
      .finally(() => {
        this.#prefetched = undefined;
      });
  }

  /** Resolves when what is being looked at ahead has been seen; undefined where nothing is. */
  get prefetched(): Promise<void> | undefined {
    return this.#prefetched;
  }

  /** The replies to `requests`, in their order; those to `others` are kept for those who need them. */
  async #lookAt(
    connection: Connection,
    machine: Machine,
    requests: readonly LookRequest[],
    others: readonly LookRequest[],
    signal: AbortSignal,
  ): Promise<(Reply | undefined)[]> {
    const store = machine.beginLooks(others);
    const all = [...requests, ...others];
    const groups = groupByIdentity(all);
    const sent = this.#options.clock();
    const replies = await this.#guard(
      Promise.all(
        groups.map((group, index) => {
          const sending = this.#send(connection, group, signal);
          return index === 0 ? sending : sending.catch(forgive);
        }),
      ),
    );
    this.#lookMs = (this.#options.clock() - sent) / all.length;
    const byRequest = new Map(groups.flatMap((group, g) => group.map((look, i) => [look, replies[g]?.[i]] as const)));
    store(others.map((other) => byRequest.get(other)));
    return requests.map((request) => byRequest.get(request));
  }

  /** Sends an apply, and behind it in the same message those looks that the same user may make. */
  apply(
    identity: Identity,
    script: Script,
    ahead: Ahead,
    signal: AbortSignal,
    options: { readonly changesUsers: boolean },
  ): Promise<Reply> {
    return this.#options.limit.run(async () => {
      const { connection, machine } = await this.#open();
      const shell = await this.#guard(this.#shellOf(connection, identity));
      const most = Math.max(fewestRiders, riderBudgetMs / this.#lookMs);
      const riders = ahead(most).filter((look) => sameIdentity(look.identity, identity));
      const finish = machine.beginApply(riders);
      // A user whose shell is still open can't be removed.
      if (options.changesUsers) await this.#reopen(shell);
      let replies: Reply[] = [];
      try {
        replies = await this.#guard(shell.send([script, ...riders.map((look) => look.script)], { signal }));
      } finally {
        finish(replies.slice(1));
      }
      if (options.changesUsers) await this.#reopen(shell);
      return replies[0] as Reply;
    });
  }

  async #send(connection: Connection, group: readonly LookRequest[], signal: AbortSignal): Promise<Reply[]> {
    const shell = await this.#shellOf(connection, (group[0] as LookRequest).identity);
    return shell.send(
      group.map(({ script }) => script),
      { signal },
    );
  }

  /** For what needs more than messages: an upload, a download. Whatever was seen ahead is forgotten. */
  async shell(identity: Identity): Promise<RemoteShell> {
    const { connection, machine } = await this.#open();
    machine.forget();
    return this.#guard(this.#shellOf(connection, identity));
  }

  traffic(): { readonly messages: number; readonly dials: number } {
    const now = this.#connection?.traffic;
    return { messages: this.#past.messages + (now?.messages ?? 0), dials: this.#past.dials + (now?.dials ?? 0) };
  }

  /** `meta: reset_connection`; the next task dials anew. Never throws. */
  async close(): Promise<void> {
    const connection = this.#connection ?? (await this.#connecting?.catch(() => undefined));
    this.#past = this.traffic();
    this.#connecting = undefined;
    this.#connection = undefined;
    this.#shells.clear();
    this.#machine?.forget();
    await connection?.close();
  }

  /** Shells of users whose groups or rights may differ now are opened anew when they are next needed. */
  async #reopen(current: RemoteShell): Promise<void> {
    const others = [...this.#shells].filter((shell) => shell !== current);
    this.#shells = new Set([current]);
    await Promise.all(others.map((shell) => shell.close()));
  }

  async #shellOf(connection: Connection, identity: Identity): Promise<RemoteShell> {
    const shell = await connection.shell(identity);
    this.#shells.add(shell);
    return shell;
  }

  async #open(): Promise<{ readonly connection: Connection; readonly machine: Machine }> {
    this.#connecting ??= this.#options.dial(this.target);
    try {
      const connection = await this.#connecting;
      if (connection !== this.#connection) this.#machine = this.#options.machineOf(connection.endpoint);
      this.#connection = connection;
      return { connection, machine: this.#machine as Machine };
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }

  async #guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if ((error as Error).name === 'ConnectionLost') await this.close();
      throw error;
    }
  }
}

/** A user of a later task may not be there before an earlier one has made him: his task asks again at its turn. */
const forgive = (error: unknown): Reply[] => {
  if ((error as Error).name === 'BecomeError') return [];
  throw error;
};

const ignore = (): void => undefined;

const sameIdentity = (a: Identity, b: Identity): boolean =>
  a.method === b.method && a.user === b.user && a.exe === b.exe && a.flags === b.flags;

const groupByIdentity = (requests: readonly LookRequest[]): LookRequest[][] => {
  const groups: LookRequest[][] = [];
  for (const request of requests) {
    const group = groups.find((other) => sameIdentity((other[0] as LookRequest).identity, request.identity));
    if (group) group.push(request);
    else groups.push([request]);
  }
  return groups;
};
