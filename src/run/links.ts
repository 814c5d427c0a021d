import type { Connection, ConnectOptions, Target } from '../transport/transport.ts';
import type { Limit } from './limit.ts';
import { Link } from './link.ts';
import { type Applies, Machine } from './machine.ts';

export interface LinksOptions {
  readonly connect: (target: Target, options: ConnectOptions) => Promise<Connection>;
  /** Called when all that are dialled are waited for: there is time for something else. */
  readonly onWaiting: () => void;
  /** How many hosts work at once. */
  readonly limit: Limit;
  readonly signal: AbortSignal;
  readonly clock: () => number;
}

/** All connections of a run: one for each target, dialled when a task first needs it, closed at the end. */
export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<string, Link>();
  readonly #machines = new Map<string, Machine>();
  readonly #applies: Applies = { count: 0 };
  /** Dials that have something left to do on this side. */
  #dialling = 0;

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  /** Nothing has been changed on any machine so far. */
  get untouched(): boolean {
    return this.#applies.count === 0;
  }

  to(target: Target): Link {
    const key = JSON.stringify(target);
    let link = this.#links.get(key);
    if (!link) {
      const { limit, signal, clock } = this.#options;
      link = new Link(target, {
        dial: (dialled) => this.#dial(dialled),
        machineOf: (endpoint) => this.#machine(endpoint),
        limit,
        signal,
        clock,
      });
      this.#links.set(key, link);
    }
    return link;
  }

  /** Messages and dials so far, by the target's name. */
  traffic(): ReadonlyMap<string, { readonly messages: number; readonly dials: number }> {
    const sums = new Map<string, { messages: number; dials: number }>();
    for (const link of this.#links.values()) {
      const { messages, dials } = link.traffic();
      const sum = sums.get(link.target.name);
      sums.set(link.target.name, { messages: messages + (sum?.messages ?? 0), dials: dials + (sum?.dials ?? 0) });
    }
    return sums;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  async #dial(target: Target): Promise<Connection> {
    let busy = true;
    this.#dialling++;
    const onWaiting = (): void => {
      if (busy && --this.#dialling === 0) this.#options.onWaiting();
      busy = false;
    };
    try {
      return await this.#options.connect(target, { signal: this.#options.signal, onWaiting });
    } finally {
      onWaiting();
    }
  }

  #machine(endpoint: string): Machine {
    let machine = this.#machines.get(endpoint);
    if (!machine) {
      machine = new Machine(this.#options.clock, this.#applies);
      this.#machines.set(endpoint, machine);
    }
    return machine;
  }
}
