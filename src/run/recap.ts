import type { Event, Recap } from './events.ts';

/** Counts a run's events as ansible-core's recap line does. */
export class RecapCounter {
  readonly #counts = new Map<string, Record<keyof Recap, number>>();

  count(event: Event): void {
    if (event.type === 'include') for (const host of event.hosts) this.#of(host).ok++;
    else if (event.type === 'unreachable') {
      if (event.ignored) this.#of(event.host).ignored++;
      else this.#of(event.host).unreachable++;
    } else if (event.type === 'task-result') {
      const counts = this.#of(event.host);
      if (event.status === 'skipped') counts.skipped++;
      else if (event.status !== 'failed') counts.ok++;
      else if (event.ignored) {
        counts.ok++;
        counts.ignored++;
      } else if (event.rescued) counts.rescued++;
      else counts.failed++;
      const changed = event.result instanceof Map && event.result.get('changed') === true;
      if (event.status === 'changed' || (event.ignored && changed)) counts.changed++;
    }
  }

  /** By host, in the order in which hosts were first heard of. */
  recap(): ReadonlyMap<string, Recap> {
    return this.#counts;
  }

  #of(host: string): Record<keyof Recap, number> {
    let counts = this.#counts.get(host);
    if (!counts) {
      counts = { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 };
      this.#counts.set(host, counts);
    }
    return counts;
  }
}
