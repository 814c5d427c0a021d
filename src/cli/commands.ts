import type { Command } from 'commander';

/** One command of the program: a file of this folder that adds its options and action to `command`. */
export interface CommandFile {
  configure(command: Command): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandFile>;
}

/** Every command, in the order of `--help`. A new one is a file beside this and a line here. */
export const commands: readonly CommandEntry[] = [
  { name: 'lab', summary: 'hosts on this machine, to try things and for tests', load: () => import('./lab.ts') },
];
