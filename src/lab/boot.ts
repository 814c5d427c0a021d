import { readFile } from 'node:fs/promises';
import { UserError } from '../util/diagnostic.ts';
import { powerOn, waitForSsh } from './host.ts';
import { inParallel } from './parallel.ts';
import type { HostRecord, LabPlace, LabRecord } from './state.ts';

export interface BootOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** Powers hosts on, as many at a time as this machine's processors bear, and waits until each answers. Throws UserError. */
export const boot = async (
  place: LabPlace,
  lab: LabRecord,
  hosts: readonly HostRecord[],
  options: BootOptions,
): Promise<void> => {
  await inParallel(hosts, 6, async (host) => {
    options.signal?.throwIfAborted();
    const started = Date.now();
    const pid = await powerOn(place, lab, host);
    const outcome = await waitForSsh(host, pid, patienceMs[host.kind], options.signal);
    if (outcome !== 'answers') throw await deaf(place, host, outcome);
    options.onProgress?.(`${host.name} ${host.address} answers (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  });
};

/** An emulated machine answers within half a minute where it has a processor to itself, and in ten times that where not. */
const patienceMs = { container: 120_000, vm: 480_000 } as const;

const deaf = async (place: LabPlace, host: HostRecord, how: 'ended' | 'silent'): Promise<UserError> => {
  const { console } = place.host(host.name);
  const said = (await readFile(console, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n  ');
  const what =
    how === 'ended'
      ? 'ended while it booted'
      : `does not answer on SSH after ${patienceMs[host.kind] / 60_000} minutes`;
  return new UserError({
    severity: 'error',
    message: `host ${host.name} ${what}; the last it said is:\n  ${said}`,
    hint: 'is this machine very busy, or out of memory? Try fewer --hosts, or --docker none',
  });
};
