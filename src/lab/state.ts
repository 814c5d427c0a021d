import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../util/diagnostic.ts';
import type { Docker, Shell } from './layers.ts';
import type { MachineBase } from './vm/machine-base.ts';

/** Where labs keep what they have: `state` per lab, gone with it; `cache` for all, safe to delete when none is up. */
export interface LabHome {
  readonly state: string;
  readonly cache: string;
}

export interface HostRecord {
  readonly name: string;
  /** From 1; the last number of the address is 10 more, and the host's link on this machine ends in it. */
  readonly index: number;
  readonly address: string;
  readonly kind: 'container' | 'vm';
  readonly docker: Docker;
}

/** What `lab.json` says of a lab. Clean-up needs none of it: all that a lab makes can be told by the lab's name. */
export interface LabRecord {
  readonly version: 1;
  readonly name: string;
  readonly network: LabNetwork;
  readonly docker: Docker;
  readonly shell: Shell;
  readonly python: boolean;
  /** The folders of the root file system, uppermost first, as overlayfs takes them. */
  readonly layers: readonly string[];
  readonly hosts: readonly HostRecord[];
  /** What its virtual machines start from, where it has any. */
  readonly machines?: MachineBase | undefined;
  /** Variables for `all` in the inventory that services of the lab ask for: the registry's address, for example. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

export interface LabNetwork {
  readonly bridge: string;
  /** `10.99.0.0/24` */
  readonly range: string;
  /** This machine's address on the bridge: `10.99.0.1`. */
  readonly gateway: string;
}

/** Every name and path of a lab, from the lab's name alone. */
export interface LabPlace {
  readonly name: string;
  readonly home: LabHome;
  readonly folder: string;
  readonly record: string;
  readonly lock: string;
  readonly key: string;
  readonly knownHosts: string;
  /** Bridge, cgroup, and what names of links and network namespaces begin with. */
  readonly tag: string;
  host(name: string): HostPlace;
}

export interface HostPlace {
  readonly folder: string;
  /** What was written on the host, but for the folders of `bound`: an overlay's upper folder. */
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
  readonly bound: string;
  readonly console: string;
  readonly netns: string;
  /** Relative to a cgroup hierarchy's mount. */
  readonly cgroup: string;
}

/** Throws UserError for a name that no link could carry: links have 15 characters for it, `kb-` and a number. */
export const labPlace = (home: LabHome, name: string): LabPlace => {
  if (!/^[a-z][a-z0-9]{0,7}$/.test(name))
    throw new UserError({
      severity: 'error',
      message: `'${name}' cannot be a lab's name`,
      hint: 'take a lower-case letter and up to seven letters or digits behind it',
    });
  const folder = join(home.state, name);
  const tag = `kb-${name}`;
  return {
    name,
    home,
    folder,
    tag,
    record: join(folder, 'lab.json'),
    lock: join(home.state, `${name}.lock`),
    key: join(folder, 'key'),
    knownHosts: join(folder, 'known_hosts'),
    host: (host) => {
      const own = join(folder, 'hosts', host);
      return {
        folder: own,
        upper: join(own, 'upper'),
        work: join(own, 'work'),
        merged: join(own, 'merged'),
        bound: join(own, 'bound'),
        console: join(own, 'console'),
        netns: `${tag}-${host}`,
        cgroup: `${tag}/${host}`,
      };
    },
  };
};

/** The link on this machine that a host hangs on: what `cut` takes down. */
export const linkOf = (place: LabPlace, index: number): string => `${place.tag}-${index}`;

export const readRecord = async (place: LabPlace): Promise<LabRecord | undefined> => {
  if (!existsSync(place.record)) return undefined;
  return JSON.parse(await readFile(place.record, 'utf8')) as LabRecord;
};

export const writeRecord = async (place: LabPlace, record: LabRecord): Promise<void> => {
  await writeFile(`${place.record}.new`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${place.record}.new`, place.record);
};

/** Names of the labs that have a folder, whole or half-made. */
export const labNames = async (home: LabHome): Promise<string[]> => {
  if (!existsSync(home.state)) return [];
  const entries = await readdir(home.state, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
};
