import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** Seconds are promised for a machine with nothing else to do: what waits for a processor counts as much longer here. */
export const slowness = async (): Promise<number> => {
  const load = Number((await readFile('/proc/loadavg', 'utf8')).split(' ')[0]);
  return Math.max(1, load / cpus().length);
};
