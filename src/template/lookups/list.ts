import type { Plugin } from '../plugin.ts';
import { env } from './env.ts';
import { vars } from './vars.ts';

/** Every lookup by its name. Its first argument is the list of terms. */
export const lookups: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ['env', env],
  ['vars', vars],
]);
