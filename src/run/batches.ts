import { asText } from '../modules/coerce.ts';
import type { Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';

/** `order:` of a play. Throws a UserError for a word that there is not. */
export const orderHosts = (hosts: readonly string[], order: string, position: Position | undefined): string[] => {
  switch (order) {
    case '':
    case 'inventory':
      return [...hosts];
    case 'reverse_inventory':
      return [...hosts].reverse();
    case 'sorted':
      return [...hosts].sort(compare);
    case 'reverse_sorted':
      return [...hosts].sort(compare).reverse();
    case 'shuffle':
      return shuffle([...hosts]);
    default:
      throw new UserError({
        severity: 'error',
        message: `hosts can't be put in the order '${order}'`,
        position,
        hint: 'there are inventory, reverse_inventory, sorted, reverse_sorted and shuffle',
      });
  }
};

/**
 * `serial:` a number, a percentage of all hosts, or a list of both, whose last entry goes for all that is left. Without it
 * there is one batch. Throws a UserError for what is no such number.
 */
export const makeBatches = (hosts: readonly string[], serial: Value, position: Position | undefined): string[][] => {
  const sizes = (Array.isArray(serial) ? serial : serial === null || serial === '' ? [] : [serial]).map((size) =>
    batchSize(size, hosts.length, position),
  );
  if (sizes.length === 0) return [[...hosts]];
  const batches: string[][] = [];
  const left = [...hosts];
  for (let i = 0; left.length > 0; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)] as number;
    batches.push(size <= 0 ? left.splice(0) : left.splice(0, size));
  }
  return batches;
};

const batchSize = (size: Value, total: number, position: Position | undefined): number => {
  const text = asText(size).trim();
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent) return Math.max(1, Math.trunc((Number(percent[1]) / 100) * total));
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new UserError({
    severity: 'error',
    message: `serial must be a number or a percentage, and this is '${text}'`,
    position,
  });
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const shuffle = (hosts: string[]): string[] => {
  for (let i = hosts.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [hosts[i], hosts[j]] = [hosts[j] as string, hosts[i] as string];
  }
  return hosts;
};
