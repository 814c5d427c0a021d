import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isLabInventory, writeInventory } from '../../lab/inventory.ts';
import type { Docker, Shell } from '../../lab/layers.ts';
import { down } from '../../lab/power.ts';
import { up } from '../../lab/up.ts';
import { UserError } from '../../util/diagnostic.ts';
import { tellFailures } from '../failures.ts';
import { addPlaceOptions, labHome, type PlaceOptions, say } from './place.ts';
import { servicesOf } from './services.ts';

interface UpFlags extends PlaceOptions {
  readonly hosts: number;
  readonly vm: number;
  readonly docker: Docker;
  readonly shell: Shell;
  readonly python?: boolean;
  readonly network?: string;
  readonly inventory?: string;
  readonly install?: boolean;
}

export const addUpCommand = (lab: Command): void => {
  addPlaceOptions(lab.command('up').description('make hosts on this machine, and an inventory of them'))
    .option('--hosts <number>', 'how many', count, 3)
    .option('--vm <number>', 'how many more as virtual machines, with a kernel of their own and cgroup v2', count, 0)
    .addOption(new Option('--docker <version>', 'which Docker they have').choices(['26', '28', 'none']).default('28'))
    .addOption(new Option('--shell <shell>', 'what /bin/sh is on them').choices(['dash', 'ash']).default('dash'))
    .option('--python', 'with Python 3, which k8s-bm needs not')
    .option('--network <range>', 'addresses, as 10.99.0.0/24 (default: the first such range that is free)')
    .option('--inventory <file>', 'where to write the inventory (default: lab.yml, after the lab’s name)')
    .option('--install', 'install with apt-get what this machine lacks')
    .action((flags: UpFlags) => tellFailures((signal) => run(flags, signal)));
};

const run = async (flags: UpFlags, signal: AbortSignal): Promise<void> => {
  const inventory = resolve(flags.inventory ?? `${flags.name}.yml`);
  await checkInventory(inventory);
  const started = Date.now();
  const home = labHome(flags);
  const services = servicesOf(flags.docker);
  const lab = await up({ ...flags, vms: flags.vm, home, services, signal, onProgress: say });
  try {
    await writeInventory(lab.place, lab.record, inventory);
  } catch (error) {
    await down(home, flags.name);
    throw new UserError({ severity: 'error', message: `${inventory} cannot be written: ${(error as Error).message}` });
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const name = flags.name === 'lab' ? '' : ` --name ${flags.name}`;
  say(`${lab.record.hosts.length} hosts are up (${seconds} s). Their inventory is ${inventory}.`);
  say(`Log in with: k8s-bm lab ssh${name} n1. Remove them with: k8s-bm lab down${name}.`);
};

/** A file that is no lab's inventory is somebody's own, and stays. */
const checkInventory = async (file: string): Promise<void> => {
  const there = await readFile(file, 'utf8').catch(() => undefined);
  if (there === undefined || isLabInventory(there)) return;
  throw new UserError({
    severity: 'error',
    message: `${file} is there already and was not made by k8s-bm lab up`,
    hint: 'name another file with --inventory, or move this one away',
  });
};

const count = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it must be a number.');
};
