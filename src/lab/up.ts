import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { UserError } from '../util/diagnostic.ts';
import { boot } from './boot.ts';
import { cgroupsOfThisMachine } from './cgroup.ts';
import { removeLab } from './clean.ts';
import { furnish } from './guest.ts';
import { makeLabKey } from './keys.ts';
import { type Docker, layersFor, type Shell } from './layers.ts';
import { machineLock, raiseLimits } from './limits.ts';
import { withLock } from './lock.ts';
import { checkMachine, hostNeeds, type Machine } from './machine.ts';
import { addressIn, chooseFreeRange, makeNetwork } from './network.ts';
import { inParallel } from './parallel.ts';
import { processesOf } from './process.ts';
import { rootfs } from './rootfs.ts';
import type { Furnishing, LabService } from './service.ts';
import {
  type HostRecord,
  type LabHome,
  type LabPlace,
  type LabRecord,
  labPlace,
  readRecord,
  writeRecord,
} from './state.ts';
import { kernelLayer } from './vm/kernel.ts';
import { machineBase, machineNeeds } from './vm/machine-base.ts';

export interface UpOptions {
  readonly name: string;
  readonly home: LabHome;
  readonly hosts: number;
  /** How many further hosts are virtual machines. */
  readonly vms?: number | undefined;
  readonly docker: Docker;
  readonly shell?: Shell | undefined;
  readonly python?: boolean | undefined;
  /** The address range, `a.b.c.0/24`; the first free one when absent. */
  readonly network?: string | undefined;
  readonly services?: readonly LabService[] | undefined;
  /** Install what this machine lacks, instead of saying so. */
  readonly install?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

export interface Lab {
  readonly place: LabPlace;
  readonly record: LabRecord;
}

/**
 * Makes a lab and returns once every host of it answers on SSH. Whatever goes wrong, or when the signal aborts, nothing
 * of it is left. What a killed run left of a lab of this name is removed first. Throws UserError.
 */
export const up = async (options: UpOptions): Promise<Lab> => {
  const { services = [], onProgress = () => {}, signal } = options;
  const place = labPlace(options.home, options.name);
  const { vms = 0 } = options;
  checkNumber(options.hosts + vms);
  const needs = [...hostNeeds, ...(vms > 0 ? machineNeeds : []), ...services.flatMap((service) => service.needs)];
  const machine = await checkMachine({ needs, install: options.install ?? false, onProgress });
  await checkPlace(place, options.network);
  const layers = layersFor({ docker: options.docker, python: options.python ?? false });
  const cached = { cache: options.home.cache, signal, onProgress };
  const folders = await rootfs(layers, cached);
  const machines = vms > 0 ? await machineBase(await rootfs([...layers, kernelLayer], cached), cached) : undefined;
  const onWait = () => onProgress(`Another command is at work on lab ${place.name}: waiting for it.`);
  return withLock(
    place.lock,
    async () => {
      await clearTheWay(place, onProgress);
      try {
        const record = await make(place, machine, { layers: folders, machines }, options);
        return { place, record };
      } catch (error) {
        await removeLab(place);
        throw error;
      }
    },
    { onWait, signal },
  );
};

/** The lab of that name, as `up` made it. Throws UserError where there is none. */
export const openLab = async (home: LabHome, name: string): Promise<Lab> => {
  const place = labPlace(home, name);
  const record = await readRecord(place);
  if (record) return { place, record };
  throw new UserError({
    severity: 'error',
    message: `there is no lab '${name}' in ${home.state}`,
    hint: `make it: k8s-bm lab up${name === 'lab' ? '' : ` --name ${name}`}`,
  });
};

const make = async (
  place: LabPlace,
  machine: Machine,
  base: Pick<LabRecord, 'layers' | 'machines'>,
  options: UpOptions,
): Promise<LabRecord> => {
  const { signal, services = [], onProgress = () => {} } = options;
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  const network = await withLock(
    machineLock,
    async () => {
      await raiseLimits(place);
      return makeNetwork(place, options.network);
    },
    { signal },
  );
  const publicKey = await makeLabKey(place);
  const furnishings: Furnishing[] = [];
  for (const service of services) furnishings.push(await service.start(place, network, { signal, onProgress }));
  const record: LabRecord = {
    version: 1,
    name: place.name,
    network,
    docker: options.docker,
    shell: options.shell ?? 'dash',
    python: options.python ?? false,
    ...base,
    hosts: Array.from({ length: options.hosts + (options.vms ?? 0) }, (_, at) =>
      newHost(at + 1, network.range, options.docker, at < options.hosts ? 'container' : 'vm'),
    ),
    variables: Object.assign({}, ...furnishings.map(({ variables }) => variables ?? {})),
    createdAt: new Date().toISOString(),
  };
  const { version: cgroups } = await cgroupsOfThisMachine();
  const knownHosts = await inParallel(record.hosts, 8, (host) => {
    signal?.throwIfAborted();
    return furnish(place.host(host.name), {
      host,
      hosts: record.hosts,
      network,
      publicKey,
      shell: record.shell,
      names: furnishings.flatMap(({ names }) => names ?? []),
      files: furnishings.flatMap(({ files }) => files ?? []),
      mayRaiseOomScores: machine.mayRaiseOomScores,
      cgroups,
    });
  });
  await writeFile(place.knownHosts, knownHosts.join(''), { mode: 0o600 });
  await boot(place, record, record.hosts, { signal, onProgress });
  await writeRecord(place, record);
  return record;
};

/** What can be known before anything long is begun. */
const checkPlace = async (place: LabPlace, network: string | undefined): Promise<void> => {
  await refuseTwice(place);
  // What a killed run left of this very lab has the range still, and goes before it is taken.
  if (network !== undefined && !existsSync(place.folder)) await chooseFreeRange(network);
};

const refuseTwice = async (place: LabPlace): Promise<void> => {
  if (!existsSync(place.folder)) return refuseForeign(place);
  if (existsSync(place.record))
    throw new UserError({
      severity: 'error',
      message: `the lab '${place.name}' is there already`,
      hint: `k8s-bm lab status shows it, k8s-bm lab start powers its hosts on, k8s-bm lab down removes it; or take another --name`,
    });
};

const clearTheWay = async (place: LabPlace, say: (message: string) => void): Promise<void> => {
  await refuseTwice(place);
  if (!existsSync(place.folder)) return;
  say(`Removing what an interrupted run left of lab ${place.name}.`);
  await removeLab(place);
};

/** What bears the lab's name and is not known here is somebody else's, or a lab's whose state is in another folder. */
const refuseForeign = async (place: LabPlace): Promise<void> => {
  const linked = existsSync(`/sys/class/net/${place.tag}`);
  if (!linked && (await processesOf(place)).length === 0) return;
  const what = linked ? `a network interface ${place.tag} exists` : `processes run in the cgroup ${place.tag}`;
  throw new UserError({
    severity: 'error',
    message: `${what} already, and no lab '${place.name}' is known in ${place.home.state}`,
    hint: `take another --name; or, if that is a lab's whose state is gone, remove it: k8s-bm lab down --name ${place.name}`,
  });
};

const newHost = (index: number, range: string, docker: Docker, kind: HostRecord['kind']): HostRecord => ({
  name: `n${index}`,
  index,
  address: addressIn(range, index + 10),
  kind,
  docker,
});

const checkNumber = (hosts: number): void => {
  if (Number.isInteger(hosts) && hosts >= 1 && hosts <= 200) return;
  throw new UserError({ severity: 'error', message: `a lab has 1 to 200 hosts, not ${hosts}` });
};
