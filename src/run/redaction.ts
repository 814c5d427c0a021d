import type { Redactor } from '../secrets/redactor.ts';
import type { Event } from './events.ts';

/** An event in which every secret of the run is replaced, however deep it stands; the same object where there is none. */
export const redactEvent = (event: Event, redactor: Redactor): Event =>
  redactor.empty ? event : (redactDeep(event, redactor) as Event);

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
