import type { Event } from '../run/events.ts';
import { plainValue } from './plain-value.ts';
import type { Reporter } from './reporter.ts';

/** One event a line, as JSON, for programs. Field names are those of the union in `run/events.ts`. */
export class JsonReporter implements Reporter {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  event(event: Event): void {
    this.#write(`${JSON.stringify(deepPlain(event))}\n`);
  }

  async end(): Promise<void> {}
}

const deepPlain = (value: unknown): unknown => {
  if (value instanceof Map || typeof value !== 'object' || value === null) return plainValue(value);
  if (Array.isArray(value)) return value.map(deepPlain);
  if ('toJSON' in value) return plainValue(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deepPlain(inner)]));
};
