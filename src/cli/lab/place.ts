import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { LabHome } from '../../lab/state.ts';

export interface PlaceOptions {
  readonly name: string;
  readonly state?: string;
}

/** The options by which every lab command finds its lab. */
export const addPlaceOptions = (command: Command): Command =>
  command
    .option('--name <name>', 'which lab, where there are several', 'lab')
    .addOption(new Option('--state <folder>', 'where labs keep their state').env('K8S_BM_LAB_STATE'));

/** Folders after the XDG base directory specification. */
export const labHome = ({ state }: PlaceOptions): LabHome => ({
  state: resolve(state ?? join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'k8s-bm/lab')),
  cache: join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'k8s-bm/lab'),
});

/** Progress goes to standard error: standard output is for what was asked for. */
export const say = (message: string): void => {
  process.stderr.write(`${message}\n`);
};
