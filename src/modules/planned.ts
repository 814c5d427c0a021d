import type { Value } from '../template/values.ts';
import type { Change, Plan } from './module.ts';
import { result } from './read.ts';

/** The plan of a module that acts where something changes: `changed` is registered, and `fields` with it. */
export const planned = (
  changes: readonly Change[],
  fields: Readonly<Record<string, Value | undefined>> = {},
): Plan => ({
  outcome: changes.length > 0 ? 'change' : 'nothing',
  changes,
  result: result({ changed: changes.length > 0, ...fields }),
});
