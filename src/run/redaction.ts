import type { Event } from './events.ts';

/** What a run asks of the redactor of `secrets/`. */
export interface Redactor {
  /** From now on this text is replaced wherever it shows. */
  add(secret: string): void;
  redact(text: string): string;
  /** How many secrets there are. */
  readonly size: number;
}

/** Secrets that are known from now on, longest first, so that one inside another leaves nothing of it behind. */
export const createRedactor = (): Redactor => {
  const secrets: string[] = [];
  return {
    add: (secret) => {
      // A secret of a letter or two would tear every text apart and be no secret for long.
      if (secret.length < 4 || secrets.includes(secret)) return;
      secrets.push(secret);
      secrets.sort((a, b) => b.length - a.length);
    },
    redact: (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '********'), text),
    get size() {
      return secrets.length;
    },
  };
};

/** An event in which every secret of the run is replaced, however deep it stands; the same object where there is none. */
export const redactEvent = (event: Event, redactor: Redactor): Event =>
  redactor.size === 0 ? event : (redactDeep(event, redactor) as Event);

const redactDeep = (value: unknown, redactor: Redactor): unknown => {
  if (typeof value === 'string') return redactor.redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return mapChanged(value, (inner) => redactDeep(inner, redactor));
  if (value instanceof Map) {
    return new Map([...value].map(([key, inner]) => [redactDeep(key, redactor), redactDeep(inner, redactor)]));
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactDeep(inner, redactor)]));
};

const mapChanged = (list: unknown[], map: (value: unknown) => unknown): unknown[] => {
  const mapped = list.map(map);
  return mapped.every((value, index) => value === list[index]) ? list : mapped;
};
